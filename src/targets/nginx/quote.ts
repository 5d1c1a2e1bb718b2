import { LbError } from '../../diagnostics/lb-error.ts';

/** What nginx takes as one word as it stands. */
const PLAIN = /^[A-Za-z0-9_.:/*@%+,=[\]-]+$/;

/**
 * Any text as one parameter of nginx. Text that is already quoted is quoted again.
 * Throws where nginx has no way to write it: control characters, and "$", which starts a variable.
 */
export const quoteNginx = (text: string): string => {
  if (/\p{Cc}/u.test(text))
    throw new LbError('render', `nginx: control character in ${JSON.stringify(text)}`);
  if (text.includes('$'))
    throw new LbError('render', `nginx: "$" in ${JSON.stringify(text)} would be a variable`);
  return PLAIN.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
};

/** Text that stands for itself in a regular expression. */
export const escapeRegex = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
