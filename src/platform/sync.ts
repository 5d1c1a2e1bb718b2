import type { FileHandle } from 'node:fs/promises';

/** Brings what was written to the disk. Pipes and some file systems can't; the text is written all the same. */
export const sync = async (handle: FileHandle): Promise<void> => {
  await handle.sync().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
  });
};
