import { expect, test } from 'vitest';
import { changedFiles } from '../../../src/watch/files/changed-files.ts';
import type { Trace } from '../../../src/watch/files/trace-file.ts';

const traced = (print: string): Trace => ({ lookups: [], print });

test.each([
  { name: 'looks the same', before: traced('1'), now: traced('1'), touched: [], changed: [] },
  { name: 'looks different', before: traced('1'), now: traced('2'), touched: [], changed: ['a'] },
  { name: 'is gone', before: traced('1'), now: traced('missing'), touched: [], changed: ['a'] },
  { name: 'was looked at for the first time', before: null, now: traced('1'), touched: ['a'], changed: [] },
  { name: 'an event was about', before: traced('1'), now: traced('1'), touched: ['a'], changed: ['a'] },
  { name: 'no event was about', before: traced('1'), now: traced('1'), touched: ['b'], changed: [] },
])('a file that $name: changed is $changed', ({ before, now, touched, changed }) => {
  expect(changedFiles(new Map([['a', before]]), new Map([['a', now]]), new Set(touched))).toEqual(changed);
});
