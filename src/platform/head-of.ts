import { open, stat } from 'node:fs/promises';
import type { Platform } from './platform.ts';

const HEAD_BYTES = 4096;

/** What a regular file begins with; a device or a pipe is not opened, for reading it could wait for ever. */
export const headOf: Platform['headOf'] = async (file) => {
  const isRegular = await stat(file).then(
    (found) => found.isFile(),
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return false;
    },
  );
  if (!isRegular) return null;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), { position: 0 });
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
};
