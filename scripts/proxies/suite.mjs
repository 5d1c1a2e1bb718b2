import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { downloadPackages } from './apt-download.mjs';
import { checkRuns } from './check.mjs';
import { versionOf } from './inspect.mjs';
import { findLoader, neededLibraries } from './loader.mjs';
import { run } from './run.mjs';

const PACKAGES = ['nginx', 'libnginx-mod-stream', 'haproxy', 'patchelf'];
const BINARIES = { nginx: 'usr/sbin/nginx', haproxy: 'usr/sbin/haproxy' };
const MODULES = 'usr/lib/nginx/modules';

/** The proxies of a suite in the form of index.json; null when the cache has none that run. */
export function cachedSuite(cache, suite) {
  const folder = join(cache, suite);
  const proxies = Object.keys(BINARIES).map((proxy) => {
    const binary = join(folder, 'sbin', proxy);
    const modules = proxy === 'nginx' ? join(folder, 'modules') : null;
    return { proxy, version: existsSync(binary) ? versionOf(binary) : null, binary, suite, modules };
  });
  return proxies.every(({ version }) => version) ? proxies : null;
}

/**
 * Fetches a suite's proxies into the cache and returns them in the form of index.json. They are put together in a
 * temporary folder beside their place, so a run that is broken off leaves no half suite; the next sweeps up after it.
 */
export function fetchSuite(cache, suite) {
  console.log(`fetching nginx and haproxy of ${suite}`);
  mkdirSync(cache, { recursive: true });
  sweep(cache);
  const work = mkdtempSync(join(cache, `.work-${process.pid}-`));
  try {
    const root = join(work, 'root');
    for (const file of downloadPackages(suite, PACKAGES, join(work, 'apt'))) run('dpkg', ['-x', file, root]);
    assemble(root, join(work, suite), join(cache, suite));
    publish(join(work, suite), join(cache, suite));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return checked(cache, suite);
}

function checked(cache, suite) {
  try {
    const proxies = cachedSuite(cache, suite);
    if (!proxies) throw new Error('the binaries do not run');
    proxies.forEach(checkRuns);
    return proxies;
  } catch (error) {
    rmSync(join(cache, suite), { recursive: true, force: true });
    throw error;
  }
}

/**
 * Takes out of the unpacked packages what the binaries need, and makes them use it: their own loader and C library,
 * beside them. The loader must be an absolute path, `home`; libraries are found relative to the binary. Patched
 * into the binary, and not given on the command line, it also holds when a proxy executes itself anew to reload.
 */
function assemble(root, folder, home) {
  for (const part of ['sbin', 'lib']) mkdirSync(join(folder, part), { recursive: true });
  cpSync(join(root, MODULES), join(folder, 'modules'), { recursive: true });
  const loader = findLoader(root);
  const modules = readdirSync(join(root, MODULES)).map((name) => join(MODULES, name));
  for (const file of [...Object.values(BINARIES), ...modules]) {
    for (const [name, path] of neededLibraries(loader, join(root, file))) {
      cpSync(path, join(folder, 'lib', name), { dereference: true });
    }
  }
  cpSync(loader.path, join(folder, 'lib', loader.name));
  for (const [proxy, file] of Object.entries(BINARIES)) {
    const binary = join(folder, 'sbin', proxy);
    cpSync(join(root, file), binary);
    // RPATH and not the newer RUNPATH: it alone also holds for libraries of libraries and for nginx's modules.
    const change = [
      '--set-interpreter',
      join(home, 'lib', loader.name),
      '--force-rpath',
      '--set-rpath',
      '$ORIGIN/../lib',
    ];
    run(loader.path, [
      '--library-path',
      loader.libraryPath,
      join(root, 'usr/bin/patchelf'),
      ...change,
      binary,
    ]);
  }
}

function publish(folder, home) {
  // What is there either does not run, so is replaced, or came from a run at the same time, so is as good as ours.
  if (cachedSuite(dirname(home), basename(home))) return;
  rmSync(home, { recursive: true, force: true });
  renameSync(folder, home);
}

/** Removes what runs that were killed left behind. */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    const [, pid] = /^\.work-(\d+)-/.exec(name) ?? [];
    if (pid && !existsSync(`/proc/${pid}`)) rmSync(join(cache, name), { recursive: true, force: true });
  }
}
