import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterCheck, takenOut, WELL } from '../../../src/watch/health/health-state.ts';

const RULES = { fall: 3, rise: 2 };

/** What is believed after each of some checks: `+` passed, `-` failed. */
const verdicts = (checks: string, rules = RULES): string => {
  let state = WELL;
  return [...checks]
    .map((check) => {
      state = afterCheck(state, check === '+', rules);
      return state.failing ? '-' : '+';
    })
    .join('');
};

test.each([
  ['++++', '++++'],
  ['--', '++'],
  ['---', '++-'],
  ['--+--+--', '++++++++'],
  ['---+', '++--'],
  ['---++', '++--+'],
  ['---+-+-++', '++------+'],
  ['---++--', '++--+++'],
  ['---++---', '++--++' + '+-'],
])('with fall 3 and rise 2, checks %s lead to %s', (checks, expected) => {
  expect(verdicts(checks)).toBe(expected);
});

test('with fall 1 and rise 1 the last check alone counts', () => {
  expect(verdicts('+-+--+', { fall: 1, rise: 1 })).toBe('+-+--+');
});

test('the verdict turns exactly where so many checks in a row say so', () => {
  const rule = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 40 }), rule, rule, (passed, fall, rise) => {
      const checks = passed.map((one) => (one ? '+' : '-')).join('');
      const result = `+${verdicts(checks, { fall, rise })}`;
      for (let at = 1; at < result.length; at++) {
        const run = result[at - 1] === '+' ? '-'.repeat(fall) : '+'.repeat(rise);
        const turns = checks.slice(0, at).endsWith(run);
        expect(result[at] !== result[at - 1]).toBe(turns);
      }
    }),
  );
});

test.each([
  [0, 4, 0.5, 0],
  [1, 4, 0.5, 1],
  [2, 4, 0.5, 2],
  [3, 4, 0.5, 0],
  [4, 4, 0.5, 0],
  [1, 1, 0.5, 0],
  [1, 1, 1, 0],
  [3, 4, 1, 3],
  [1, 4, 0, 0],
  [29, 100, 0.29, 29],
  [57, 100, 0.57, 57],
  [58, 100, 0.57, 0],
])('of %i failing among %i with a share of %d, %i are taken out', (failing, total, share, out) => {
  const ids = Array.from({ length: failing }, (_, index) => `n${index}`);
  expect(takenOut(ids, { total, lost: new Set(), maxShare: share })).toEqual(ids.slice(0, out));
});

test.each([
  ['more than the share, all of them lost', 'abcd', 'abcd', 5, 'abcd'],
  ['more than the share, some of them lost', 'abcd', 'ab', 5, 'ab'],
  [
    'so many listed ones that they would be doubted among all, and not among the others',
    'abc',
    'ab',
    6,
    'abc',
  ],
  [
    'so few listed ones that they would not be doubted among all, but among the others',
    'abcde',
    'abc',
    6,
    'abc',
  ],
  ['one that is lost, with others that are lost and well', 'a', 'abc', 4, 'a'],
  ['all', 'abcd', 'abc', 4, ''],
  ['the only one', 'a', 'a', 1, ''],
])('of nodes that their source has lost, and that fail: %s', (_what, failing, lost, total, out) => {
  expect(takenOut([...failing], { total, lost: new Set(lost), maxShare: 0.5 })).toEqual([...out]);
});

test('one that is lost is taken out even where none that is listed may be', () => {
  const rules = { total: 3, lost: new Set('a'), maxShare: 0 };
  expect(takenOut(['a', 'b'], rules)).toEqual(['a']);
});
