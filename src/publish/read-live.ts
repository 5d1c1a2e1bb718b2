import { isMissing, readUserFile } from '../load/read-file.ts';
import type { Platform } from '../platform/platform.ts';

/** The text of a published file; null where there is none. Throws LbError where it can't be read. */
export const readLive = async (file: string, platform: Platform): Promise<string | null> => {
  try {
    return await readUserFile(file, { failure: 'apply', maxBytes: 256 * 1024 * 1024 }, platform);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};
