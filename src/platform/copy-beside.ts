import { copyFile, lstat, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { likeBefore } from './like-before.ts';
import type { Platform } from './platform.ts';
import { stagedName } from './staged-name.ts';
import { syncPath } from './sync.ts';

/**
 * Copies a file, with its mode and owner, to a hidden file beside it (beside the real one, where it is a symbolic link). Hidden, since
 * a proxy may read all that a folder shows. A crash leaves no half copy. What has that name already stays: a copy of the same text will do, and
 * beside anything else the new one gets a number.
 */
export const copyBeside: Platform['copyBeside'] = async (file, suffix, most) => {
  const real = await realpath(file);
  const copy = await freeName(join(dirname(real), `.${basename(real)}${suffix}`), real, most);
  if (copy === null) return null;
  const staged = stagedName(copy);
  try {
    await copyFile(real, staged);
    await likeBefore(staged, await stat(real));
    await syncPath(staged);
    await rename(staged, copy);
    await syncPath(dirname(copy));
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
  return copy;
};

/** The first of the numbered names that nothing has; null where a copy has one before, or all are had. */
const freeName = async (name: string, file: string, most: number): Promise<string | null> => {
  const text = await readFile(file);
  for (let number = 1; number <= most; number++) {
    const copy = number === 1 ? name : `${name}.${number}`;
    if (!(await isThere(copy))) return copy;
    const there = await readFile(copy).catch(() => null);
    if (there?.equals(text)) return null;
  }
  return null;
};

const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return false;
    },
  );
