import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('page', import.meta.url));
const SOCKJS = createRequire(import.meta.url).resolve('sockjs-client/dist/sockjs.min.js');
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };

const files = new Map([
  ['sockjs.min.js', SOCKJS],
  ...readdirSync(FOLDER).map((name) => [name, join(FOLDER, name)]),
]);

/** Type and content of one of the page's files; undefined where there is none of this name. */
export function readPageFile(name) {
  const file = files.get(name);
  return file && [TYPES[extname(file)], readFileSync(file)];
}
