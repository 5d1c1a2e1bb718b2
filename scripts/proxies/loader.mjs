import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

/** The dynamic loader among unpacked packages, and where it has to look for libraries. */
export function findLoader(root) {
  const parents = [join(root, 'usr/lib'), join(root, 'lib')].filter((folder) => existsSync(folder));
  const folders = parents.flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
  const home = folders.find((folder) => existsSync(join(folder, 'libc.so.6')));
  const name = home && readdirSync(home).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
  if (!name) throw new Error('the packages hold no dynamic loader');
  // Older releases keep some libraries in /lib and some in /usr/lib, both in a folder named for the architecture.
  const triplet = home.slice(home.lastIndexOf('/') + 1);
  const libraryPath = parents.map((parent) => join(parent, triplet)).join(':');
  return { name, path: join(home, name), libraryPath, root };
}

/** Every library that a binary or module loads, as name and path; throws when one is not among the packages. */
export function neededLibraries(loader, file) {
  // As ldd does it: unlike the loader's own --list, it names all that is missing. A library that only this system
  // has also counts as missing, since other machines may not have it, or not of that version.
  const env = { ...process.env, LD_TRACE_LOADED_OBJECTS: '1' };
  const listing = run(loader.path, ['--library-path', loader.libraryPath, file], { env });
  const libraries = [...listing.matchAll(/^\s*(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$/gm)].map(
    ([, name, path]) => [name, path],
  );
  const missing = libraries.filter(([, path]) => !path.startsWith(`${loader.root}/`)).map(([name]) => name);
  if (missing.length > 0)
    throw new Error(`${file} needs libraries that no package brought: ${missing.join(', ')}`);
  return libraries.filter(([name]) => !name.startsWith('/'));
}
