import { open } from 'node:fs/promises';
import type { Tail } from './system.ts';

/** More than this is left out: it is read for messages, not for itself. */
const MOST_BYTES = 1_000_000;

/** What was written to a file after its first `offset` bytes. */
export const readFrom = async (file: string, offset: number): Promise<Tail> => {
  const handle = await open(file).catch(() => null);
  if (handle === null) return { text: '', size: 0 };
  try {
    const { size } = await handle.stat();
    const from = size < offset ? 0 : offset; // it was rotated
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size - from, MOST_BYTES)), {
      position: from,
    });
    return { text: buffer.subarray(0, bytesRead).toString('utf8'), size };
  } catch {
    return { text: '', size: 0 };
  } finally {
    await handle.close();
  }
};
