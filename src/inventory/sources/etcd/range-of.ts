import { encode } from './ask.ts';

/** All keys that begin with a prefix, which ends in "/": up to the same with "0", the next character. */
export const rangeOf = (prefix: string) => ({
  key: encode(prefix),
  range_end: encode(`${prefix.slice(0, -1)}0`),
});
