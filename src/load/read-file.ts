import { type Failure, LbError } from '../diagnostics/lb-error.ts';
import { type Platform, TooLargeError } from '../platform/platform.ts';
import { systemReason } from '../platform/system-error.ts';

/** The text of a file that the user named; what can go wrong with it is an LbError with `failure`. */
export const readUserFile = async (
  file: string,
  {
    failure,
    maxBytes,
    hint,
  }: { readonly failure: Failure; readonly maxBytes?: number; readonly hint?: string },
  platform: Platform,
): Promise<string> => {
  try {
    return await platform.readText(file, maxBytes);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    throw new LbError(failure, `${file} can not be read: ${reason}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
};

/** Whether reading failed since there is no such file. */
export const isMissing = (error: unknown): boolean => {
  const cause = error instanceof LbError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
};

const reasonOf = (error: unknown): string | null => {
  if (error instanceof TooLargeError) return `it is larger than ${Math.round(error.maxBytes / 1024)} KB`;
  if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return 'it is not UTF-8 text';
  return systemReason(error);
};
