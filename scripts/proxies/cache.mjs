import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the proxies of other Debian releases live: outside the tree. test/support/proxies.ts has the same rule. */
export function cacheFolder() {
  const { METEOR_LB_PROXIES, XDG_CACHE_HOME } = process.env;
  return resolve(
    METEOR_LB_PROXIES || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'meteor-lb', 'proxies'),
  );
}

/** Writes index.json, which the tests read; leaves it alone when it says the same already. */
export function writeIndex(cache, proxies) {
  const file = join(cache, 'index.json');
  const text = `${JSON.stringify(proxies, null, 2)}\n`;
  if (readIfPresent(file) === text) return;
  mkdirSync(cache, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

function readIfPresent(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
