import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Brings what was written to the disk. Pipes and some file systems can't; the text is written all the same. */
export const sync = async (handle: FileHandle): Promise<void> => {
  await handle.sync().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
  });
};

/** Brings a file, or the names in a folder, to the disk. */
export const syncPath = async (path: string): Promise<void> => {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await sync(handle);
  } finally {
    await handle.close();
  }
};
