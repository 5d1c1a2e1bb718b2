// Writes what is made from the code: cluster.schema.json, and parts of README.md and docs/templates.md.
// With --check nothing is written, and the exit code is 1 where something is out of date.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schemaText } from '../dist/index.js';
import { loadTarget } from '../dist/targets/registry.js';
import { reference } from './generate/reference.mjs';
import { viewKeys } from './generate/view-keys.mjs';

const check = process.argv.includes('--check');
const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '');

const put = (name, text) => {
  if (read(name) === text) return;
  if (check) {
    console.error(`${name} is out of date: run npm run generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(path(name), text);
    console.log(`${name} is written`);
  }
};

/** Puts a text between the comments `<!-- name -->` and `<!-- /name -->`. */
const between = (document, name, text) => {
  const [before, rest] = document.split(`<!-- ${name} -->\n`);
  return `${before}<!-- ${name} -->\n${text.trimEnd()}\n<!-- /${name} -->${rest.split(`<!-- /${name} -->`)[1]}`;
};

const code = (language, text) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

const excerpt = () => {
  const golden = read('fixtures/clusters/quickstart/nginx.conf').replaceAll(/^ {4}/gm, '');
  const block = (start) => golden.slice(golden.indexOf(start)).split('\n\n')[0];
  return [
    block('# The node that the cookie names'),
    block('# Clients that have no node yet'),
    block('# Clients that keep no cookie'),
    golden
      .slice(golden.indexOf('server {'), golden.indexOf('    location @todos.elsewhere.sockets'))
      .trimEnd(),
  ].join('\n…\n');
};

const mistakes = () => {
  const file = 'fixtures/invalid/several-mistakes/cluster.yaml';
  try {
    execFileSync(process.execPath, ['dist/cli/bin.js', 'validate', '-c', file], {
      cwd: path(''),
      stdio: 'pipe',
      env: {},
    });
  } catch (error) {
    return error.stderr.toString().replaceAll(file, 'cluster.yaml');
  }
  throw new Error(`${file} is valid`);
};

const schema = schemaText();
put('cluster.schema.json', schema);
put(
  'README.md',
  [
    ['excerpt', code('nginx', excerpt())],
    ['mistakes', code('', mistakes())],
    ['reference', reference(JSON.parse(schema))],
  ].reduce((document, [name, text]) => between(document, name, text), read('README.md')),
);

let templates = read('docs/templates.md');
for (const name of ['nginx', 'haproxy']) {
  const target = await loadTarget(name);
  templates = between(templates, name, code('', viewKeys(target, path('fixtures/clusters'))));
}
put('docs/templates.md', templates);
