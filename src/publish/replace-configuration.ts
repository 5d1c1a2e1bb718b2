import { dirname } from 'node:path';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Platform } from '../platform/platform.ts';
import { systemReason } from '../platform/system-error.ts';

/** Ends the name of what was there before meteor-lb. */
const SUFFIX = '.before-meteor-lb';

/**
 * Replaces a configuration file. Where this takes the text of one that meteor-lb did not write, that text is kept beside it, once:
 * the path of the copy, null where none was made. Throws LbError where it can't be kept, else rejects with the system's error; all
 * is as it was then.
 */
export const replaceConfiguration = async (
  file: string,
  text: string,
  platform: Platform,
): Promise<string | null> => {
  const head = await platform.headOf(file);
  const copy =
    head === null || head === '' || isOurs(head) ? null : await keep(file, mostCopies(text), platform);
  try {
    await platform.replaceFile(file, text);
  } catch (error) {
    if (copy !== null) await platform.removeFile(copy);
    throw error;
  }
  return copy;
};

/** What a person reads of a copy that was made. */
export const tellKept = (file: string, copy: string): string =>
  `${file} was not written by meteor-lb: what it held is kept as ${copy}`;

/** All shipped templates begin with a comment that says so. */
const isOurs = (head: string): boolean => /^#.* Written by meteor-lb from /m.test(head);

/** Where what is written does not say whose it is (a template of the user's), it is taken for somebody else's the next time: one copy then. */
const mostCopies = (text: string): number => (isOurs(text) ? Number.POSITIVE_INFINITY : 1);

const keep = async (file: string, most: number, platform: Platform): Promise<string | null> => {
  try {
    return await platform.copyBeside(file, SUFFIX, most);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw new LbError(
      'apply',
      `${file} was not written by meteor-lb, and no copy of it can be made in ${dirname(file)}: ${reason}; nothing is replaced`,
      {
        hint: 'mend that, or put its text elsewhere and empty the file: then there is nothing to keep',
        cause: error,
      },
    );
  }
};
