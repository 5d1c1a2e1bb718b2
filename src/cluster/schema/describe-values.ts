import { domainToASCII } from 'node:url';
import { mistake } from './mistake.ts';

/** What is wrong with a text that would end a line of a configuration. */
export const CONTROL_CHARACTER = 'has a control character (a line break, a tab …)';

/** What is wrong with a share. */
export const describeShare = (input: unknown): string => {
  const message = 'is not a share, as in 50%';
  return typeof input === 'number' && input >= 0 && input <= 100
    ? mistake(message, `did you mean ${Math.round(input)}%?`)
    : message;
};

/** What is wrong with something that is no duration; undefined where it is missing. */
export const describeDuration = (input: unknown): string | undefined => {
  if (input === undefined || input === null) return undefined;
  const message = 'is not a duration: a whole number above 0 and ms, s, m, h or d, as in 15s';
  if (typeof input === 'number')
    return mistake('has no unit', `for seconds write ${input}s; also ms, m, h and d`);
  const [, number, unit] = /^([1-9][0-9]{0,8}) ?([a-z]+)$/i.exec(String(input)) ?? [];
  const known = UNITS.find(([, words]) => words.test(unit ?? ''))?.[0];
  return known === undefined ? message : mistake(message, `did you mean ${number}${known}?`);
};

const UNITS = [
  ['ms', /^(ms|msecs?|millis|milliseconds?)$/i],
  ['s', /^(s|secs?|seconds?)$/i],
  ['m', /^(m|mins?|minutes?)$/i],
  ['h', /^(h|hrs?|hours?)$/i],
  ['d', /^(d|days?)$/i],
] as const;

/** What is wrong with something that is no size. */
export const describeSize = (input: unknown): string | undefined => {
  if (input === undefined || input === null) return undefined;
  const message = 'is not a size: a whole number above 0 and B, KB, MB or GB, as in 20MB';
  if (typeof input === 'number')
    return mistake('has no unit', `for bytes write ${input}B; also KB, MB and GB`);
  const [, number, unit] = /^([1-9][0-9]{0,6}) ?([kmg])i?b?$/i.exec(String(input)) ?? [];
  return unit === undefined ? message : mistake(message, `did you mean ${number}${unit.toUpperCase()}B?`);
};

/** What is wrong with something that is no domain. */
export const describeDomain = (input: unknown): string => {
  const text = String(input);
  const message = 'is not a domain name';
  if (/\p{Cc}/u.test(text)) return CONTROL_CHARACTER;
  if (text === '*' || text === '_') return mistake(message, 'for every name, leave `domains` out');
  if (/^[^\s/]*:\/\/|[/:]/.test(text))
    return mistake(message, 'write the name alone, without https://, port and path');
  if (text.includes('*'))
    return mistake(message, 'a "*" can only be the whole first label, as in *.example.com');
  if (/^[^\p{Cc}\s]*[^\p{ASCII}\p{Cc}\s][^\p{Cc}\s]*$/u.test(text)) {
    const ascii = domainToASCII(text);
    return ascii === '' ? message : mistake(message, `write it as DNS has it: ${ascii}`);
  }
  return message;
};

/** What is wrong with a version that is no text. */
export const describeVersion = (input: unknown): string | undefined =>
  typeof input === 'number' ? 'is a number here, and 1.30 would be the same as 1.3' : undefined;

/** What is wrong with a text that is no node. */
export const describeNodeText = (input: unknown): string => {
  const text = String(input);
  const message = 'is not a node: host:port, as in 10.0.0.11:3000';
  if (text.includes('://')) return mistake(message, 'leave out http:// and what follows the port');
  if (/ - /.test(text)) return mistake(message, 'the "-" of each node stands in the same column');
  if (/^[0-9a-f]*(:[0-9a-f]*){2,}$/i.test(text)) {
    return mistake(message, 'an IPv6 address stands in brackets, as in [2001:db8::1]:3000');
  }
  if (/^[A-Za-z0-9_.-]{1,253}$/.test(text))
    return mistake('has no port', `write ${text}:3000, or what its PORT is`);
  return message;
};

/** What is wrong with a node that is neither a text nor a map; undefined where its form is not what is wrong. */
export const describeNodeForm = (input: unknown): string | undefined => {
  if (typeof input === 'string' || input === undefined) return undefined;
  const form = 'write host:port, as in 10.0.0.11:3000, or keys such as host and port';
  if (input === null) return mistake('is empty', form);
  return typeof input !== 'object' || Array.isArray(input) ? mistake('is not a node', form) : undefined;
};
