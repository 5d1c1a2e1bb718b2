import { type FileHandle, open } from 'node:fs/promises';
import { LbError } from '../diagnostics/lb-error.ts';
import { sync } from './sync.ts';
import { systemReason } from './system-error.ts';

/**
 * Writes a text over that of a file. Room is made first, by blank lines at the end, which mean nothing to a proxy that
 * reads them: so a full disk is found out while the old text is whole. Emptying the file first would give its own room
 * away, to whoever else writes there. A crash, or a reader, may still meet half of each.
 */
export const writeInPlace = async (file: string, text: string): Promise<void> => {
  const handle = await open(file, 'r+');
  try {
    const old = await handle.readFile();
    const bytes = Buffer.from(text);
    await makeRoom(handle, old.length, bytes.length);
    try {
      await overwrite(handle, bytes);
    } catch (error) {
      await overwrite(handle, old).catch((failed) => Promise.reject(damaged(file, error, failed)));
      throw error;
    }
  } finally {
    await handle.close();
  }
};

const makeRoom = async (handle: FileHandle, had: number, needed: number): Promise<void> => {
  if (needed <= had) return;
  try {
    await writeAt(handle, Buffer.alloc(needed - had, '\n'), had);
    await sync(handle); // some file systems find out only now
  } catch (error) {
    await handle.truncate(had);
    throw error;
  }
};

const overwrite = async (handle: FileHandle, bytes: Buffer): Promise<void> => {
  await writeAt(handle, bytes, 0);
  await handle.truncate(bytes.length);
  await sync(handle);
};

const writeAt = async (handle: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
};

/** A file system that writes nothing where it was before may be full all the same. */
const damaged = (file: string, error: unknown, failed: unknown): LbError =>
  new LbError(
    'apply',
    `${file} is damaged: it could not be written (${wordsOf(error)}), nor its old text be put back (${wordsOf(failed)})`,
    {
      cause: failed,
      hint: 'do not restart the proxy before it is mended; *.good in the state folder has what it serves',
    },
  );

const wordsOf = (error: unknown): string => systemReason(error) ?? String(error);
