import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeShrink } from '../../src/inventory/guard.ts';

const ids = (count: number, prefix = 'n'): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('a list of nodes', () => {
  test.each([
    ['the first one', ids(0), ids(5), 0.5, true],
    ['the first one, though it is empty', ids(0), ids(0), 0, true],
    ['the same', ids(4), ids(4), 0, true],
    ['more', ids(4), ids(9), 0, true],
    ['as many less as may go', ids(4), ids(2), 0.5, true],
    ['one less than may go', ids(4), ids(1), 0.5, false],
    ['half of an odd number', ids(5), ids(3), 0.5, true],
    ['more than half of an odd number', ids(5), ids(2), 0.5, false],
    ['one less where none may go', ids(100), ids(99), 0, false],
    ['none', ids(4), ids(0), 0.99, false],
    ['none of one', ids(1), ids(0), 0.5, false],
    ['none, where all may go', ids(4), ids(0), 1, true],
    ['one of many, where all may go', ids(100), ids(1), 1, true],
    ['as many others (blue and green)', ids(4), ids(4, 'm'), 0.5, true],
    ['more others', ids(4), ids(5, 'm'), 0, true],
    ['somewhat fewer others', ids(4), ids(3, 'm'), 0.5, true],
    ['far fewer others', ids(4), ids(1, 'm'), 0.5, false],
    ['others in the place of as many as may go, and one less', ids(4), [...ids(2), 'x'], 0.5, true],
  ] as const)('%s: %o then %o with maxShrink %d', (_name, before, after, maxShrink, obeyed) => {
    expect(judgeShrink(before, after, maxShrink).obeyed).toBe(obeyed);
  });
});

test('exactly the share goes, whatever the share: no more, no less', () => {
  for (let percent = 1; percent < 100; percent++) {
    const maxShrink = Number.parseInt(`${percent}%`, 10) / 100;
    expect(judgeShrink(ids(100), ids(100 - percent), maxShrink)).toEqual({ obeyed: true });
    expect(judgeShrink(ids(100), ids(99 - percent), maxShrink).obeyed).toBe(false);
  }
});

test('the reason tells numbers', () => {
  expect(judgeShrink(ids(4), ids(1), 0.5)).toEqual({
    obeyed: false,
    reason:
      'nodes: 1 instead of 4, which is fewer than watch.maxShrink (50%) allows; --allow-shrink obeys it',
  });
  expect(judgeShrink(ids(4), [], 0.5)).toEqual({
    obeyed: false,
    reason: 'it lists no node any more, and had 4',
  });
});

test('a list that is obeyed never has fewer nodes than may be left, and one that only grows is obeyed', () => {
  const list = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String));
  fc.assert(
    fc.property(list, list, fc.integer({ min: 0, max: 100 }), (before, after, percent) => {
      const { obeyed } = judgeShrink(before, after, percent / 100);
      if (obeyed) expect(after.length * 100).toBeGreaterThanOrEqual(before.length * (100 - percent));
      expect(judgeShrink(before, [...new Set([...before, ...after])], percent / 100).obeyed).toBe(true);
    }),
  );
});
