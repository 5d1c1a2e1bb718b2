import { LbError } from '../../diagnostics/lb-error.ts';

/** What nginx takes as one word as it stands. */
const PLAIN = /^[A-Za-z0-9_.:/*@%+,=[\]-]+$/;

/** nginx reads its file through a buffer of 4096 bytes; between quotes, more than this was measured to be refused. */
const MOST_BYTES = 4094;

/**
 * Any text as one parameter of nginx. Text that is already quoted is quoted again.
 * Throws where nginx has no way to write it: control characters, halves of characters (no UTF-8 has them), "$", which
 * starts a variable, and what is too long.
 */
export const quoteNginx = (text: string): string => {
  if (/[\p{Cc}\p{Cs}]/u.test(text))
    throw new LbError('render', `nginx: control character or half a character in ${JSON.stringify(text)}`);
  if (text.includes('$'))
    throw new LbError('render', `nginx: "$" in ${JSON.stringify(text)} would be a variable`);
  if (isTooLong(text)) throw new LbError('render', `nginx: ${JSON.stringify(text)} is too long`);
  return PLAIN.test(text) ? text : `"${escaped(text)}"`;
};

/** Whether a text is longer than a parameter of nginx can be. */
export const isTooLong = (text: string): boolean => Buffer.byteLength(escaped(text)) > MOST_BYTES;

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** Text that stands for itself in a regular expression. */
export const escapeRegex = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
