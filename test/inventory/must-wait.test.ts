import { expect, test } from 'vitest';
import { mustWait } from '../../src/inventory/must-wait.ts';

test.each([
  ['all are known', [], false, false, false],
  ['one is not, at the first start', ['todos'], false, false, true],
  ['one is not, and this starts the proxy', ['todos'], false, true, false],
  ['one is new', ['todos'], true, false, false],
  ['none is known', ['blog', 'todos'], false, true, true],
  ['none is known, though others were', ['blog', 'todos'], true, false, true],
])('of two apps %s: unknown %o, remembers %s, starts %s', (_what, unknown, remembers, starts, waits) => {
  expect(mustWait({ unknown, apps: ['blog', 'todos'], remembers, starts })).toBe(waits);
});
