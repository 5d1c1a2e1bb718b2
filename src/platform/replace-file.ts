import { constants } from 'node:fs';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { likeBefore } from './like-before.ts';
import { stagedName } from './staged-name.ts';
import { sync, syncPath } from './sync.ts';
import { writeInPlace } from './write-in-place.ts';

/**
 * Replaces a file's text: a temporary file in the same folder, synced, then renamed over the old one, whose mode
 * and owner it takes. A symbolic link stays one: the file behind it is replaced. Where the file is a mount of its
 * own (a container's), it can't be renamed over and is written in place. A file that nobody may write is refused.
 */
export const replaceFile = async (file: string, text: string): Promise<void> => {
  const target = await realFile(file);
  const old = await stat(target).catch(ignoreMissing);
  if (old?.isDirectory()) throw systemError('EISDIR', file);
  if (old && (old.mode & 0o222) === 0) throw systemError('EACCES', file);
  if (old && !old.isFile()) return writeSynced(target, text, constants.O_WRONLY); // a device or a pipe

  const staged = stagedName(target);
  try {
    await writeSynced(staged, text, constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC);
    if (old) await likeBefore(staged, old);
    await rename(staged, target);
    await syncPath(dirname(target));
  } catch (error) {
    await rm(staged, { force: true });
    if (old && isMountOfItsOwn(error)) return writeInPlace(target, text);
    throw error;
  }
};

const realFile = async (file: string): Promise<string> => (await realpath(file).catch(ignoreMissing)) ?? file;

const writeSynced = async (file: string, text: string, flags: number): Promise<void> => {
  const handle = await open(file, flags, 0o644);
  try {
    await handle.writeFile(text);
    await sync(handle);
  } finally {
    await handle.close();
  }
};

const isMountOfItsOwn = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EBUSY' || error.code === 'EXDEV');

const ignoreMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
};

const systemError = (code: string, file: string): Error =>
  Object.assign(new Error(`${code}: ${file}`), { code, path: file });
