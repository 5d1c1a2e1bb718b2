import { copyFile, lstat, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { likeBefore } from './like-before.ts';
import type { Platform } from './platform.ts';
import { syncPath } from './sync.ts';

/**
 * Copies a file, with its mode and owner, to a hidden file beside it (beside the real one, where it is a symbolic link). Hidden, since
 * a proxy may read all that a folder shows. A crash leaves no half copy; what has that name already stays.
 */
export const copyBeside: Platform['copyBeside'] = async (file, suffix) => {
  const real = await realpath(file);
  const copy = join(dirname(real), `.${basename(real)}${suffix}`);
  if (await isThere(copy)) return null;
  const staged = `${copy}.${process.pid}.tmp`;
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

const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return false;
    },
  );
