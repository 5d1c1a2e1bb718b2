import { LbError } from '../diagnostics/lb-error.ts';
import { readUserFile } from '../load/read-file.ts';
import type { Platform } from '../platform/platform.ts';

/** A token or a password: the text of a file without what is blank around it. Throws LbError where it can't be one. */
export const readSecret = async (file: string, platform: Platform): Promise<string> => {
  const text = (await readUserFile(file, { failure: 'inventory', maxBytes: 16 * 1024 }, platform)).trim();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new LbError('inventory', `${file} holds no token or password: one line of ASCII without blanks`);
};
