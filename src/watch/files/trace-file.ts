import { lstat, readdir, readlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { cwd } from 'node:process';

/** How a path was followed to its file, through every folder and every link. */
export interface Trace {
  /** Each name that was looked up; the last one is the file's own, or the first that is missing. */
  readonly lookups: readonly Lookup[];
  /** Differs when the file, or what the path leads to, is another; `missing` where there is none. */
  readonly print: string;
}

export interface Lookup {
  /** A real folder: no part of it is a link. */
  readonly folder: string;
  /** null: every name, for the folder itself is what is watched. */
  readonly name: string | null;
}

/**
 * Follows a path to its file, or to a folder and the files in it; never rejects, for what can't be reached is a
 * finding as well.
 */
export const traceFile = async (file: string): Promise<Trace> => {
  const own = await follow(file);
  const { folder } = own;
  if (folder === null) return own;
  const names = await readdir(folder).catch(() => []);
  const held = await Promise.all(names.sort().map((name) => follow(join(folder, name))));
  return {
    lookups: [...own.lookups, ...held.flatMap(({ lookups }) => lookups), { folder, name: null }],
    print: [own, ...held].map(({ print }) => print).join('\n'),
  };
};

/** `folder`: the path, if it leads to a folder. */
const follow = async (file: string): Promise<Trace & { readonly folder: string | null }> => {
  const lookups: Lookup[] = [];
  let names = namesOf(isAbsolute(file) ? file : `${cwd()}/${file}`);
  let at = '/';
  let links = 0;
  try {
    for (;;) {
      const [name, ...rest] = names;
      if (name === undefined) return { lookups, print: at, folder: at };
      if (name === '..') {
        at = join(at, '..');
        names = rest;
        continue;
      }
      const path = join(at, name);
      lookups.push({ folder: at, name });
      const found = await lstat(path, { bigint: true });
      if (found.isSymbolicLink()) {
        links += 1;
        if (links > MAX_LINKS) return { lookups, print: 'ELOOP', folder: null };
        const target = await readlink(path);
        if (target.startsWith('/')) at = '/';
        names = [...namesOf(target), ...rest];
      } else if (rest.length > 0) {
        at = path;
        names = rest;
      } else {
        // ctime as well: it tells of a file that was replaced with its old size and time, or became readable.
        const { dev, ino, size, mtimeNs, ctimeNs } = found;
        const print = [path, dev, ino, size, mtimeNs, ctimeNs].join(' ');
        return { lookups, print, folder: found.isDirectory() ? path : null };
      }
    }
  } catch (error) {
    return { lookups, print: codeOf(error), folder: null };
  }
};

/** As many as Linux follows. */
const MAX_LINKS = 40;

const namesOf = (path: string): readonly string[] =>
  path.split('/').filter((name) => name !== '' && name !== '.');

/** A missing file is the same whether the name or its folder is missing. */
const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : code;
};
