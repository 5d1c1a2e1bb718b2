import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AppListing } from '../../src/inventory/believe-sources.ts';
import { leastNodes } from '../../src/inventory/guard.ts';
import type { Memory } from '../../src/inventory/memory.ts';
import { readMemory, writeMemory } from '../../src/inventory/memory-file.ts';
import { type Settled, settleInventory } from '../../src/inventory/settle-inventory.ts';
import { takenBy } from '../../src/inventory/taken.ts';
import { idOf, listing, NOTHING_TAKEN } from './listing.ts';

interface Written {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly state?: string;
}

const node = (id: string, state = 'ready'): Written => ({ id, host: `${id}.internal`, port: 3000, state });
const nodes = (letters: string): readonly Written[] => [...letters].map((id) => node(id));
const TEN = nodes('abcdefghij');

const one = (list: readonly unknown[] | null) => listing(list, 'one');
const two = (list: readonly unknown[] | null) => listing(list, 'two');

/** Looks at an app one time after another, as a watch does; a restart has what was written down, and no more. */
const watchApp = () => {
  let memory: Memory = new Map();
  let now = 0;
  return {
    look: (...listings: AppListing['listings']): Settled => {
      now += 60_000;
      const asked = [{ app: 'todos', listings, taken: NOTHING_TAKEN }];
      const settled = settleInventory(memory, asked, { maxShrink: 0.5, holdMs: 1, now });
      memory = settled.memory;
      return settled;
    },
    restart: () => {
      memory = readMemory(writeMemory(memory));
    },
  };
};

/** The nodes, by id; those that are not ready with their state. */
const believed = ({ inventory }: Settled): string =>
  (inventory.apps.todos ?? [])
    .map((entry) => {
      const state = 'state' in entry ? entry.state : 'ready';
      return state === 'ready' ? idOf(entry) : `${idOf(entry)}(${state})`;
    })
    .sort()
    .join(' ');
const lost = (settled: Settled): string => [...(settled.lost.get('todos') ?? [])].sort().join(' ');
const guards = ({ notices }: Settled): readonly string[] =>
  notices.filter(({ kind }) => kind === 'guard').map(({ message }) => message);

describe.each([
  ['in a running watch', false],
  ['with a restart after each look', true],
])('a list that lost more than it may, %s', (_how, restarts) => {
  const start = (first: AppListing['listings'] = [one(TEN)]) => {
    const app = watchApp();
    const look: typeof app.look = (...listings) => {
      if (restarts) app.restart();
      return app.look(...listings);
    };
    look(...first);
    return look;
  };

  test('is followed, and besides what it lost stays', () => {
    const look = start();
    const settled = look(one([node('a', 'drain'), node('b'), node('x'), node('y')]));
    expect(believed(settled)).toBe('a(drain) b c d e f g h i j x y');
    expect(lost(settled)).toBe('c d e f g h i j');
    expect(guards(settled)).toEqual([
      'one lists too few ready nodes, 3 instead of 9: what it lists no more stays until it lists 5 (watch.maxShrink), or a maxShrink of 100%, which a running watch takes at once, or --allow-shrink obeys it: c, d, e, f, g and 3 more',
    ]);
  });

  test('is obeyed when as many others came as had to be left, and what was lost goes', () => {
    const look = start();
    expect(guards(look(one(nodes('abxy'))))).toHaveLength(1);
    const settled = look(one(nodes('abxyz')));
    expect(believed(settled)).toBe('a b x y z');
    expect([lost(settled), guards(settled)]).toEqual(['', []]);
    expect(believed(look(one(nodes('xyz'))))).toBe('x y z'); // measured against 5 now
  });

  test('is measured against what was obeyed last, however often it changes', () => {
    const look = start();
    for (const list of ['abxy', 'abx', 'ab', 'a', 'axyz', '', 'vwxy']) {
      const settled = look(one(nodes(list)));
      const wanted = [...new Set(['a', 'b', ...'cdefghij', ...list])].sort().join(' ');
      expect(believed(settled)).toBe(wanted);
      expect(guards(settled)[0]).toContain(`${list.length} instead of 10`);
    }
    expect(believed(look(one(nodes('vwxyz'))))).toBe('v w x y z');
  });

  test('loses those that drain before they go', () => {
    const look = start();
    look(one(nodes('abc')));
    look(one([node('a', 'drain'), node('b', 'down'), node('c')]));
    const settled = look(one(nodes('c')));
    expect(believed(settled)).toBe('c d e f g h i j');
    expect(guards(settled)[0]).toContain('1 instead of 8');
    expect(believed(look(one(nodes('cxyz'))))).toBe('c x y z');
  });

  test('has those back that come back, as they are listed then', () => {
    const look = start();
    look(one(nodes('ab')));
    expect(believed(look(one([...nodes('abc'), node('d', 'drain')])))).toBe('a b c d(drain) e f g h i j');
    const settled = look(one(nodes('bcdefghij')));
    expect(believed(settled)).toBe('b c d e f g h i j');
    expect([lost(settled), guards(settled)]).toEqual(['', []]);
  });

  test('does not have those back that another source has, not even when that has them no more', () => {
    const look = start([one(TEN), two([])]);
    const moved = look(
      one(nodes('ab')),
      two([node('c'), { ...node('D'), port: 1 }, { ...node('e'), id: 'x' }]),
    );
    expect(believed(moved)).toBe('D a b c f g h i j x');
    expect(lost(moved)).toBe('f g h i j');
    expect(believed(look(one(nodes('ab')), two([node('c', 'drain')])))).toContain('c(drain)');
    expect(believed(look(one(nodes('ab')), two([])))).not.toContain('c');
  });

  test('does not have those back whose place another node of it takes', () => {
    const look = start();
    const settled = look(one([node('a'), { ...node('c'), id: 'new' }, { ...node('d'), port: 1 }]));
    expect(believed(settled)).toBe('a b d e f g h i j new');
    expect(guards(settled)[0]).toContain('3 instead of 10');
  });

  test('stays as it is while the source can not be had', () => {
    const look = start();
    const before = look(one([node('a', 'drain'), node('b'), node('x')]));
    const settled = look(one(null));
    expect(believed(settled)).toBe(believed(before));
    expect(guards(settled)).toEqual([
      'one can not be read, and its last good list stays: one is not there',
      ...guards(before),
    ]);
    expect(believed(look(one(nodes('vwxyz'))))).toBe('v w x y z');
  });

  test('leaves its nodes to a source that takes its place', () => {
    const look = start();
    const before = look(one([node('a', 'drain'), node('x')]));
    expect(believed(look(two(null)))).toBe(believed(before));
  });

  test("leaves them as that one's own", () => {
    const look = start();
    const { inventory } = look(two(nodes('ax')));
    expect(inventory.apps.todos).toHaveLength(11);
    for (const entry of inventory.apps.todos ?? []) expect(entry).toMatchObject({ source: 'two' });
  });

  test('leaves none of its nodes to a source that joins it', () => {
    const look = start();
    look(one(nodes('ax')));
    const settled = look(one(nodes('ax')), two(null));
    expect(settled.notices.map(({ kind }) => kind)).toEqual(['guard', 'guard']);
    expect(guards(settled)[1]).toContain('nothing is known of what it lists');
  });
});

test('what the description has now is lost to a list', () => {
  const asked = (list: readonly unknown[], own: string) => ({
    app: 'todos',
    listings: [one(list)],
    taken: takenBy([...own].map((id) => ({ id, address: { kind: 'name', host: id, port: 1 } }))),
  });
  const rules = { maxShrink: 0.5, holdMs: 1, now: 0 };
  const { memory } = settleInventory(new Map(), [asked(TEN, '')], rules);
  expect(believed(settleInventory(memory, [asked(nodes('a'), 'bcd')], rules))).toBe('a e f g h i j');
});

test('whatever a source lists and whenever it fails: what it lists counts as it is, what stays besides was obeyed, and is never too few', () => {
  const list = fc
    .uniqueArray(
      fc.record({
        id: fc.constantFrom(...'abcdefgh'),
        state: fc.constantFrom('ready', 'ready', 'drain'),
        weight: fc.integer({ min: 1, max: 3 }),
      }),
      { selector: ({ id }) => id, maxLength: 8 },
    )
    .map((some) => some.map(({ id, state, weight }) => ({ ...node(id, state), weight })));
  fc.assert(
    fc.property(fc.array(fc.option(list, { freq: 6 }), { minLength: 1, maxLength: 10 }), (looks) => {
      const [running, restarted] = [watchApp(), watchApp()];
      let obeyed: readonly Written[] = [];
      let last: readonly Written[] = [];
      for (const now of [...looks, nodes('abcdefgh')]) {
        const settled = running.look(one(now));
        restarted.restart();
        const again = restarted.look(one(now));
        expect([again.inventory, again.lost, again.notices]).toEqual([
          settled.inventory,
          settled.lost,
          settled.notices,
        ]);
        last = now ?? last;
        const found = settled.inventory.apps.todos ?? [];
        const besides = settled.lost.get('todos') ?? new Set();
        expect(found.filter((entry) => !besides.has(idOf(entry)))).toMatchObject(last);
        const names = new Set(obeyed.map(({ id }) => id));
        for (const id of besides) expect(names).toContain(id);
        const listed = new Set(last.map(({ id }) => id));
        obeyed = obeyed.flatMap((was) => {
          const is = last.find(({ id }) => id === was.id) ?? was;
          return listed.has(is.id) || is.state === 'ready' ? [is] : [];
        });
        expect(found.length).toBeGreaterThanOrEqual(leastNodes(obeyed.length, 0.5));
        if (besides.size === 0) obeyed = last;
      }
      expect(obeyed).toEqual(nodes('abcdefgh'));
    }),
    { numRuns: 300 },
  );
});
