import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Comings, type Observation, observeComings } from '../../src/inventory/flapping.ts';

const HOLD = 60_000;

/** What is seen of one node `a` that is listed, or not, at each of some times. */
const observe = (looks: readonly (readonly [at: number, here: boolean])[]): readonly Observation[] => {
  let comings: Comings = new Map();
  return looks.map(([now, here]) => {
    const seen = observeComings(comings, here ? ['a'] : [], { now, holdMs: HOLD });
    ({ comings } = seen);
    return seen;
  });
};

const last = (looks: Parameters<typeof observe>[0]): Observation => {
  const seen = observe(looks).at(-1);
  if (seen === undefined) throw new Error('nothing was looked at');
  return seen;
};

/** It goes at 1 s, 3 s and so on, and is back a second later each time. */
const flaps = (times: number): readonly (readonly [number, boolean])[] => [
  [0, true],
  ...Array.from({ length: times }, (_, n) => [
    [1000 + n * 2000, false] as const,
    [2000 + n * 2000, true] as const,
  ]).flat(),
];

test.each([
  ['a node that stays', flaps(0), []],
  ['a node that restarts once', flaps(1), []],
  ['a node that went twice', flaps(2), []],
  ['a node that went three times and is back', flaps(3), ['a']],
  ['a node that went the third time and is gone', flaps(3).slice(0, -1), ['a']],
  [
    'a node that went three times in more than the time',
    [
      [0, true],
      [1_000, false],
      [2_000, true],
      [31_000, false],
      [32_000, true],
      [61_000, false],
    ],
    [],
  ],
  [
    'a node that went three times in just the time',
    [
      [0, true],
      [1_000, false],
      [2_000, true],
      [31_000, false],
      [32_000, true],
      [60_999, false],
    ],
    ['a'],
  ],
] as const)('%s', (_name, looks, held) => {
  expect(last(looks).held).toEqual(held);
});

test('a held node is let go when it was quiet for the time, not a moment before, and it is said when', () => {
  const looks = flaps(3); // the last change is at 6 s
  expect(last(looks).againInMs).toBe(HOLD);
  expect(last([...looks, [6_000 + HOLD - 1, true]])).toMatchObject({ held: ['a'], againInMs: 1 });
  expect(last([...looks, [6_000 + HOLD, true]])).toMatchObject({ held: [], againInMs: null });
});

test('a held node that goes or comes again is held anew', () => {
  const looks = [...flaps(3), [50_000, false], [100_000, false]] as const;
  expect(last(looks)).toMatchObject({ held: ['a'], againInMs: 50_000 + HOLD - 100_000 });
  expect(last([...looks, [50_000 + HOLD, false]])).toMatchObject({ held: [], againInMs: null });
});

test('a node that was let go is as new: it takes three more goings to hold it', () => {
  const free = 6_000 + HOLD;
  const more = [
    [free, true],
    [free + 1, false],
    [free + 2, true],
    [free + 3, false],
    [free + 4, true],
  ] as const;
  expect(last([...flaps(3), ...more]).held).toEqual([]);
  expect(last([...flaps(3), ...more, [free + 5, false]]).held).toEqual(['a']);
});

test('a node that went for good is forgotten after the time', () => {
  const looks = [
    [0, true],
    [1, false],
  ] as const;
  expect(last([...looks, [HOLD, false]]).comings.size).toBe(1);
  expect(last([...looks, [HOLD + 1, false]]).comings.size).toBe(0);
});

test('a node that comes and goes within the time for ever is held for ever, and any is let go after quiet', () => {
  const step = fc.tuple(fc.integer({ min: 0, max: HOLD - 1 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let now = 0;
      const looks = steps.map(([wait, here]) => {
        now += wait;
        return [now, here] as const;
      });
      const seen = observe([...looks, [now + 2 * HOLD, true], [now + 3 * HOLD, true]]);
      expect(seen.at(-1)).toMatchObject({ held: [], againInMs: null });
      for (const { held, againInMs } of seen) {
        expect(againInMs === null).toBe(held.length === 0);
        expect(againInMs ?? 1).toBeGreaterThan(0);
        expect(againInMs ?? 1).toBeLessThanOrEqual(HOLD);
      }
    }),
  );
});
