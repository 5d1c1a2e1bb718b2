import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/**
 * A hidden name beside a file, for what is to take its place or was not whole yet. Drawn by chance: processes in two containers may have
 * one pid, and share the folder.
 */
export const stagedName = (file: string): string => {
  const name = basename(file).replace(/^(?!\.)/, '.');
  return join(dirname(file), `${name}.${randomBytes(3).toString('hex')}.tmp`);
};
