import { LbError } from '../../diagnostics/lb-error.ts';

/** What HAProxy takes as one word as it stands. */
const PLAIN = /^[A-Za-z0-9_.:/*@%+,=[\]-]+$/;

/** Any text as one word of HAProxy, in strong quotes where it needs them. Throws for control characters and halves of characters. */
export const quoteHaproxy = (text: string): string => {
  if (/[\p{Cc}\p{Cs}]/u.test(text))
    throw new LbError('render', `haproxy: control character or half a character in ${JSON.stringify(text)}`);
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
};
