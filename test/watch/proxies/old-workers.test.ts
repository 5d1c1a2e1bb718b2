import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  closeDue,
  closingsNow,
  noteWorkers,
  type OldWorkers,
  type Retirement,
} from '../../../src/watch/proxies/old-workers.ts';

interface Closed {
  readonly at: number;
  readonly pid: number;
  readonly count: number;
}

interface Times extends Retirement {
  readonly everyMs: number;
  /** When the first look is. */
  readonly start?: number;
}

/** Lets workers with some sockets each grow old, until none is left; what was closed. */
const retire = async (
  sockets: ReadonlyMap<number, number>,
  { start = 0, ...times }: Times,
  oneByOne: boolean,
): Promise<readonly Closed[]> => {
  const left = new Map(sockets);
  const closed: Closed[] = [];
  let known: OldWorkers = new Map();
  for (let now = start; left.size > 0; now += times.everyMs) {
    if (now > 10_000_000) throw new Error('they never end');
    known = noteWorkers(known, [...left.keys()], now);
    const closings = closingsNow(known, times, now, { everyMs: times.everyMs, oneByOne });
    known = await closeDue(known, closings, {
      closeSockets: async ({ pid }, count) => {
        const has = left.get(pid) ?? 0;
        const rest = oneByOne ? Math.max(0, has - count) : 0;
        closed.push({ at: now, pid, count: has - rest });
        if (rest === 0) left.delete(pid);
        else left.set(pid, rest);
        return rest;
      },
    });
  }
  return closed;
};

const times = fc.record({
  timeMs: fc.integer({ min: 0, max: 100_000 }),
  trickleMs: fc.integer({ min: 1, max: 60_000 }),
  everyMs: fc.integer({ min: 50, max: 1000 }),
  start: fc.nat(5_000),
});

describe('a proxy that closes sockets one by one', () => {
  test('closes none before its time, all by the end of the trickle, and about as many each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5000 }), times, async (count, rules) => {
        const { start, timeMs, trickleMs, everyMs } = rules;
        const closed = await retire(new Map([[7, count]]), rules, true);
        const from = start + timeMs;
        // Where a trickle is shorter than two looks, the first look learns the number and the second closes the rest.
        const end = from + Math.max(trickleMs, 3 * everyMs);
        for (const { at } of closed) {
          expect(at).toBeGreaterThanOrEqual(from);
          expect(at).toBeLessThanOrEqual(end);
        }
        expect(closed.reduce((sum, one) => sum + one.count, 0)).toBe(count);
        // The first look closes one and learns how many there are.
        const ticks = Math.max(1, Math.floor(trickleMs / everyMs) - 2);
        for (const one of closed) expect(one.count).toBeLessThanOrEqual(Math.ceil(count / ticks) + 1);
      }),
    );
  });

  test('spreads a minute evenly', async () => {
    const closed = await retire(
      new Map([[7, 600]]),
      { timeMs: 1000, trickleMs: 60_000, everyMs: 1000 },
      true,
    );
    expect(closed[0]).toEqual({ at: 1000, pid: 7, count: 1 });
    expect(closed.length).toBeGreaterThanOrEqual(58);
    expect(Math.max(...closed.map(({ count }) => count))).toBeLessThanOrEqual(11);
  });

  test('deals with each worker by its own time', async () => {
    const rules = { timeMs: 10_000, trickleMs: 5_000 };
    let known = noteWorkers(new Map(), [1], 0);
    known = noteWorkers(known, [1, 2], 4_000);
    const due = (now: number) =>
      closingsNow(known, rules, now, { everyMs: 1000, oneByOne: true }).map(({ pid }) => pid);
    expect(due(9_999)).toEqual([]);
    expect(due(10_000)).toEqual([1]);
    expect(due(14_000)).toEqual([1, 2]);
  });

  test('goes on carefully where it is not known how many are left', async () => {
    const known = noteWorkers(new Map(), [1], 0);
    const unknown = await closeDue(known, [{ pid: 1, count: 1 }], { closeSockets: async () => null });
    const rules = { timeMs: 0, trickleMs: 1000 };
    expect(closingsNow(unknown, rules, 900, { everyMs: 100, oneByOne: true })).toEqual([
      { pid: 1, count: 1 },
    ]);
  });
});

describe('a proxy that closes whole workers', () => {
  test('loses them spread over the trickle, none before its time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 16 }), times, async (count, rules) => {
        const { start, timeMs, trickleMs, everyMs } = rules;
        const workers = new Map(Array.from({ length: count }, (_, index) => [index + 1, 10] as const));
        const closed = await retire(workers, rules, false);
        expect(closed.length).toBe(count);
        closed.forEach(({ at }, index) => {
          const own = start + timeMs + (trickleMs * (index + 1)) / count;
          expect(at).toBeGreaterThanOrEqual(own - 1e-6);
          expect(at).toBeLessThanOrEqual(own + everyMs + 1e-6);
        });
      }),
    );
  });

  test('a trickle shorter than the time between looks is none', () => {
    const known = noteWorkers(new Map(), [1, 2], 0);
    const rules = { timeMs: 100, trickleMs: 1 };
    expect(closingsNow(known, rules, 99, { everyMs: 50, oneByOne: false })).toEqual([]);
    expect(closingsNow(known, rules, 101, { everyMs: 50, oneByOne: false })).toEqual([
      { pid: 1, count: 1 },
      { pid: 2, count: 1 },
    ]);
  });
});

test('workers that have ended are forgotten, and one that comes with the same pid begins its time anew', () => {
  const first = noteWorkers(new Map(), [1, 2], 0);
  const second = noteWorkers(first, [2], 50);
  expect([...second]).toEqual([[2, { since: 0, share: 1, left: null }]]);
  expect(noteWorkers(second, [1, 2], 60).get(1)).toEqual({ since: 60, share: 1, left: null });
});

test('a worker that ended while its sockets were closed does not come back', async () => {
  const known = await closeDue(new Map(), [{ pid: 1, count: 1 }], { closeSockets: async () => 3 });
  expect(known.size).toBe(0);
});
