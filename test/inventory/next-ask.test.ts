import { expect, test } from 'vitest';
import { type Asked, nextAskMs } from '../../src/inventory/next-ask.ts';

const asked: Asked = { intervalMs: 10_000, againInMs: null, failures: 0, random: 0.5 };

test.each<[string, Partial<Asked>, number]>([
  ['its interval', {}, 10_000],
  ['a tenth less', { random: 0 }, 9_000],
  ['a tenth more', { random: 1 }, 11_000],
  ['as long as its answer is good', { againInMs: 4_000 }, 4_000],
  ['its interval, where the answer is good for longer', { againInMs: 3_600_000 }, 10_000],
  ['a second, where the answer is good for no time', { againInMs: 0 }, 1_000],
  ['a second after a failure', { failures: 1 }, 1_000],
  ['twice as long after the next one', { failures: 2 }, 2_000],
  ['half a minute at most', { failures: 50 }, 30_000],
  ['its interval after many failures, where that is longer', { failures: 50, intervalMs: 60_000 }, 60_000],
])('a source is asked again after %s', (_what, part, ms) => {
  expect(nextAskMs({ ...asked, ...part })).toBe(ms);
});
