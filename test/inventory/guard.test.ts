import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlatNode } from '../../src/inventory/flat-node.ts';
import { judgeList, leastNodes } from '../../src/inventory/guard.ts';
import { takenBy } from '../../src/inventory/taken.ts';

const node = (id: string, rest: Partial<FlatNode> = {}): FlatNode => ({
  id,
  address: { kind: 'name', host: `${id}.internal`, port: 3000 },
  weight: 1,
  state: 'ready',
  backup: false,
  source: 'one',
  ...rest,
});
const nodes = (count: number, prefix = 'n'): readonly FlatNode[] =>
  Array.from({ length: count }, (_, index) => node(`${prefix}${index}`));
const judge = (base: readonly FlatNode[], list: readonly FlatNode[], elsewhere: readonly FlatNode[] = []) =>
  judgeList(base, list, takenBy(elsewhere), 0.5);

describe('a list of nodes', () => {
  test.each([
    ['the first one', nodes(0), nodes(5), 0.5, true],
    ['the first one, though it is empty', nodes(0), nodes(0), 0, true],
    ['the same', nodes(4), nodes(4), 0, true],
    ['more', nodes(4), nodes(9), 0, true],
    ['as many less as may go', nodes(4), nodes(2), 0.5, true],
    ['one less than may go', nodes(4), nodes(1), 0.5, false],
    ['half of an odd number', nodes(5), nodes(3), 0.5, true],
    ['more than half of an odd number', nodes(5), nodes(2), 0.5, false],
    ['one less where none may go', nodes(100), nodes(99), 0, false],
    ['none', nodes(4), nodes(0), 0.99, false],
    ['none of one', nodes(1), nodes(0), 0.5, false],
    ['none, where all may go', nodes(4), nodes(0), 1, true],
    ['one of many, where all may go', nodes(100), nodes(1), 1, true],
    ['as many others (blue and green)', nodes(4), nodes(4, 'm'), 0.5, true],
    ['more others', nodes(4), nodes(5, 'm'), 0, true],
    ['somewhat fewer others', nodes(4), nodes(3, 'm'), 0.5, true],
    ['far fewer others', nodes(4), nodes(1, 'm'), 0.5, false],
    ['others in the place of as many as may go', nodes(4), [...nodes(2), node('x')], 0.5, true],
  ] as const)('%s', (_name, base, list, maxShrink, obeyed) => {
    expect(judgeList(base, list, takenBy([]), maxShrink).obeyed).toBe(obeyed);
  });
});

test('exactly the share goes, whatever the share: no more, no less', () => {
  for (let percent = 1; percent < 100; percent++) {
    const maxShrink = Number.parseInt(`${percent}%`, 10) / 100;
    expect(leastNodes(100, maxShrink)).toBe(100 - percent);
  }
});

describe('of a list that is not obeyed', () => {
  const [a, b, c, d, e, f] = [node('a'), node('b'), node('c'), node('d'), node('e'), node('f')] as const;
  const all = [a, b, c, d, e, f];

  test('the lost ones are told, and the numbers', () => {
    expect(judge(all, [b, node('new')])).toEqual({
      obeyed: false,
      lost: [a, c, d, e, f],
      base: [b, a, c, d, e, f],
      had: 6,
      has: 2,
      least: 3,
    });
  });

  test('those that stay are measured as they are listed now', () => {
    const draining = { ...b, state: 'drain' as const };
    expect(judge(all, [draining])).toMatchObject({ base: [draining, a, c, d, e, f] });
  });

  test('those in drain do not make up for the lost ones', () => {
    const draining = [a, b, c].map((one) => ({ ...one, state: 'drain' as const }));
    expect(judge(all, draining)).toMatchObject({ lost: [d, e, f], had: 3, has: 0, least: 2 });
    expect(judge(all, [...draining, d, node('new')])).toEqual({ obeyed: true });
    expect(judge(all, [...draining, d, e, f])).toEqual({ obeyed: true });
    expect(judge([...draining, d, e], [d])).toEqual({ obeyed: true });
  });

  test('those that went from drain, or are elsewhere by id or address, are not lost', () => {
    const base = [a, { ...b, state: 'drain' as const }, c, d, e, f];
    const elsewhere = [node('C'), { ...d, id: 'other' }];
    const verdict = judge(base, [], elsewhere);
    expect(verdict).toMatchObject({ lost: [a, e, f], base: [a, e, f], had: 3 });
  });

  test('one whose id or address another one of the list has now is that one', () => {
    const moved = node('A', { address: { kind: 'name', host: 'elsewhere', port: 1 } });
    const renamed = { ...b, id: 'renamed' };
    expect(judge(all, [moved, renamed])).toMatchObject({
      lost: [c, d, e, f],
      base: [moved, renamed, c, d, e, f],
      had: 6,
      has: 2,
    });
  });
});

test('whatever is listed, what is believed is never fewer than may be left', () => {
  const some = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 0, max: 20 }).map(String), state: fc.constantFrom('ready', 'drain') }),
    { selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(some, some, fc.integer({ min: 0, max: 99 }), (before, after, percent) => {
      const [base, list] = [before, after].map((all) =>
        all.map(({ id, state }) => node(id, { state: state as FlatNode['state'] })),
      ) as [FlatNode[], FlatNode[]];
      const verdict = judgeList(base, list, takenBy([]), percent / 100);
      const believed = verdict.obeyed ? list : [...list, ...verdict.lost];
      const left = base.filter(({ id, state }) => state === 'ready' || list.some((one) => one.id === id));
      expect(believed.length * 100).toBeGreaterThanOrEqual(left.length * (100 - percent));
      if (left.length > 0) expect(believed.length).toBeGreaterThan(0);
      const isReady = ({ state }: FlatNode): boolean => state === 'ready';
      const isAnyLost = base.some((one) => isReady(one) && !list.some(({ id }) => id === one.id));
      if (isAnyLost) expect(believed.some(isReady)).toBe(true);
      const whole = [...list, ...base.filter(({ id }) => !list.some((one) => one.id === id))];
      expect(judgeList(base, whole, takenBy([]), percent / 100)).toEqual({ obeyed: true });
    }),
  );
});
