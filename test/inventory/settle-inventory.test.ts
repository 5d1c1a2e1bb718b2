import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inventorySchema } from '../../src/cluster/schema/inventory.ts';
import type { AppListing } from '../../src/inventory/believe-sources.ts';
import { inventoryOf, type Memory, memoryOf } from '../../src/inventory/memory.ts';
import { type Settled, settleInventory } from '../../src/inventory/settle-inventory.ts';
import { idOf, listing, NOTHING_TAKEN } from './listing.ts';

const HOLD = 60_000;
const NODES = ['a', 'b', 'c', 'd'].map((id, index) => ({ id, host: `10.0.0.${index + 1}`, port: 3000 }));
const [A, B, C, D] = NODES as [(typeof NODES)[0], (typeof NODES)[0], (typeof NODES)[0], (typeof NODES)[0]];

const todos = (...listings: AppListing['listings']): AppListing => ({
  app: 'todos',
  listings,
  taken: NOTHING_TAKEN,
});

const settle = (memory: Memory, asked: readonly AppListing[], now = 0): Settled =>
  settleInventory(memory, asked, { maxShrink: 0.5, holdMs: HOLD, now });

/** Looks again and again. */
const settleAll = (looks: readonly (readonly [now: number, asked: AppListing])[]): Settled => {
  let settled = settle(new Map(), []);
  for (const [now, asked] of looks) settled = settle(settled.memory, [asked], now);
  return settled;
};

const ids = ({ inventory }: Settled, app = 'todos'): readonly string[] =>
  (inventory.apps[app] ?? []).map(idOf);
const states = ({ inventory }: Settled) =>
  (inventory.apps.todos ?? []).map((entry) => `${idOf(entry)} ${'state' in entry ? entry.state : ''}`);
const kinds = ({ notices }: Settled): readonly string[] => notices.map(({ kind }) => kind);

test('what is listed is believed, by the ids that the nodes have in the cluster', () => {
  const settled = settle(new Map(), [todos(listing([A, '10.0.0.9:3000', { host: 'h', ports: '1-2' }]))]);
  expect(ids(settled)).toEqual(['a', 'todos-10.0.0.9-3000', 'todos-h-1', 'todos-h-2']);
  expect(settled).toMatchObject({ notices: [], unknown: [], againInMs: null });
});

describe('a list that collapses is not obeyed, and it is said why', () => {
  const before = settle(new Map(), [todos(listing(NODES))]).memory;

  test.each([
    ['one less', [A, B, C], ['a', 'b', 'c'], []],
    ['half', [A, B], ['a', 'b'], []],
    ['more than half', [A], ['a', 'b', 'c', 'd'], ['guard']],
    ['all', [], ['a', 'b', 'c', 'd'], ['guard']],
    ['the source itself', null, ['a', 'b', 'c', 'd'], ['guard']],
  ] as const)('%s', (_what, listed, believed, notices) => {
    const settled = settle(before, [todos(listing(listed))]);
    expect(ids(settled)).toEqual(believed);
    expect(kinds(settled)).toEqual(notices);
  });

  test('however often it is looked at; in two steps it is obeyed', () => {
    const again = [todos(listing([A]))];
    expect(ids(settle(settle(before, again).memory, again))).toEqual(['a', 'b', 'c', 'd']);
    expect(ids(settle(settle(before, [todos(listing([A, B]))]).memory, again))).toEqual(['a']);
  });

  test('nor after a restart, when what was believed is read from its file', () => {
    const written = inventorySchema.parse(JSON.parse(JSON.stringify(inventoryOf(before))));
    expect(ids(settle(memoryOf(written), [todos(listing([A]))]))).toEqual(['a', 'b', 'c', 'd']);
    expect(inventoryOf(memoryOf(written))).toEqual(written);
    expect(written.apps.todos?.[0]).toMatchObject({ id: 'a', source: 'file nodes.yaml' });
  });

  test('entries that are bad count as gone', () => {
    const settled = settle(before, [todos(listing([A, 'x', 'y', 'z']))]);
    expect(ids(settled)).toEqual(['a', 'b', 'c', 'd']);
    expect(kinds(settled)).toEqual(['left-out', 'left-out', 'left-out', 'guard']);
  });
});

test('a source that can not be read keeps its last list, while others go on', () => {
  const one = (list: readonly unknown[] | null) => listing(list, 'one');
  const two = (list: readonly unknown[] | null) => listing(list, 'two');
  const before = settle(new Map(), [todos(one([A, B]), two([C]))]);
  const settled = settle(before.memory, [todos(one(null), two([C, D]))]);
  expect(ids(settled)).toEqual(['a', 'b', 'c', 'd']);
  expect(settled.notices).toEqual([
    {
      kind: 'guard',
      app: 'todos',
      message: 'one can not be read, and its last good list stays: one is not there',
    },
  ]);
  expect(settled.unknown).toEqual([]);
});

describe('a source of which nothing is known', () => {
  const asked = [todos(listing([A], 'one'), listing(null, 'two')), { ...todos(), app: 'blog' }];

  test('makes an app unknown that is new, and has the others go on', () => {
    const settled = settle(new Map(), asked);
    expect(settled.unknown).toEqual(['todos']);
    expect(ids(settled)).toEqual(['a']);
    expect(kinds(settled)).toEqual(['guard']);
  });

  test('that joins a known app has the others followed, and is told', () => {
    const before = settle(new Map(), [todos(listing([A, B], 'one'))]).memory;
    const settled = settle(before, [todos(listing([A, C], 'one'), listing(null, 'two'))]);
    expect(settled.unknown).toEqual([]);
    expect(ids(settled)).toEqual(['a', 'c']);
    expect(settled.notices).toEqual([
      {
        kind: 'guard',
        app: 'todos',
        message: 'two can not be read, and nothing is known of what it lists: two is not there',
      },
    ]);
  });

  test('has the nodes that came from it and were believed last', () => {
    const memory = memoryOf({
      version: 1,
      apps: { todos: [{ id: 'c', host: 'h', port: 1, source: 'two' }] as never },
    });
    const restarted = settle(memory, asked);
    expect(restarted.unknown).toEqual([]);
    expect(ids(restarted)).toEqual(['a', 'c']);
  });
});

describe('a source that takes the place of another', () => {
  const before = settle(new Map(), [todos(listing(NODES, 'file nodes'))]).memory;
  /** As after a restart that finds the file of what was believed, and no other. */
  const believedAlone = memoryOf(inventorySchema.parse(inventoryOf(before)));

  describe.each([
    ['in a running watch', before],
    ['after a restart', believedAlone],
  ])('%s', (_when, memory) => {
    test.each([
      ['can not be had', null, ['a', 'b', 'c', 'd'], ['guard']],
      ['lists none', [], ['a', 'b', 'c', 'd'], ['guard']],
      ['lists too few', [A], ['a', 'b', 'c', 'd'], ['guard']],
      ['lists what the former one did', [D, C, B, A], ['d', 'c', 'b', 'a'], []],
      ['lists as many others', ['10.0.0.9:1', '10.0.0.9:2'], ['todos-10.0.0.9-1', 'todos-10.0.0.9-2'], []],
    ] as const)('%s', (_what, list, believed, notices) => {
      const settled = settle(memory, [todos(listing(list, 'etcd /n/'))]);
      expect(ids(settled)).toEqual(believed);
      expect(kinds(settled)).toEqual(notices);
      const again = settle(settled.memory, [todos(listing(list, 'etcd /n/'))]);
      expect([ids(again), kinds(again)]).toEqual([believed, notices]);
    });

    test('is judged with the others that do', () => {
      const both = (one: readonly unknown[] | null, two: readonly unknown[] | null) =>
        [...ids(settle(memory, [todos(listing(one, 'one'), listing(two, 'two'))]))].sort();
      expect(both([A, B], [C, D])).toEqual(['a', 'b', 'c', 'd']);
      expect(both([A, B], null)).toEqual(['a', 'b', 'c', 'd']);
      expect(both(null, [C])).toEqual(['a', 'b', 'c', 'd']);
      expect(both([A, B], [])).toEqual(['a', 'b', 'c', 'd']);
    });
  });

  test('beside one that stays has what the former one had, and no more', () => {
    const two = settle(new Map(), [todos(listing([A, B], 'stays'), listing([C, D], 'former'))]).memory;
    expect(ids(settle(two, [todos(listing([A], 'stays'), listing(null, 'new'))]))).toEqual(['a', 'c', 'd']);
  });

  test('once it has listed nodes, does not get those of the former one back', () => {
    const moved = settle(before, [todos(listing(['10.0.0.9:1', '10.0.0.9:2'], 'etcd /n/'))]).memory;
    expect(ids(settle(moved, [todos(listing(null, 'etcd /n/'))]))).toEqual([
      'todos-10.0.0.9-1',
      'todos-10.0.0.9-2',
    ]);
  });
});

describe('one source among several', () => {
  const one = (list: readonly unknown[] | null) => listing(list, 'one');
  const two = (list: readonly unknown[] | null) => listing(list, 'two');
  const drain = (node: typeof A) => ({ ...node, state: 'drain' });
  const from = (before: AppListing, after: AppListing) => settle(settle(new Map(), [before]).memory, [after]);

  test('that lists none any more keeps what it listed, and the others go on', () => {
    const settled = from(todos(one([A, B]), two([C])), todos(one([A, B, D]), two([])));
    expect(ids(settled)).toEqual(['a', 'b', 'd', 'c']);
    expect(settled.notices).toEqual([
      {
        kind: 'guard',
        app: 'todos',
        message:
          'two lists too few ready nodes, 0 instead of 1: what it lists no more stays until it lists 1 (watch.maxShrink), or a maxShrink of 100%, which a running watch takes at once, or --allow-shrink obeys it: c',
      },
    ]);
  });

  test('that shrinks more than may be is held, though few of the app are lost', () => {
    const settled = from(todos(one([A]), two([B, C, D])), todos(one([A]), two([B])));
    expect(ids(settled)).toEqual(['a', 'b', 'c', 'd']);
    expect(kinds(settled)).toEqual(['guard']);
  });

  test('may lose all, where that is allowed', () => {
    const { memory } = settle(new Map(), [todos(one([A]), two([B]))]);
    const rules = { maxShrink: 1, holdMs: HOLD, now: 0 };
    expect(ids(settleInventory(memory, [todos(one([A]), two([]))], rules))).toEqual(['a']);
  });

  test('may lose those that were drained or down before', () => {
    const before = todos(one([A]), two([drain(B), { ...C, state: 'down' }]));
    const settled = from(before, todos(one([A]), two([])));
    expect(ids(settled)).toEqual(['a']);
    expect(settled.notices).toEqual([]);
  });

  test('may lose those alone that were drained before', () => {
    expect(ids(from(todos(one([drain(A)])), todos(one([]))))).toEqual([]);
    expect(ids(from(todos(one([drain(A), B])), todos(one([]))))).toEqual(['b']);
  });

  test('does not lose more because others of it drain', () => {
    const before = todos(one([A, B, drain(C), drain(D)]));
    expect(ids(from(before, todos(one([drain(C)]))))).toEqual(['c', 'a', 'b']);
  });

  test('may give its nodes to another, or to the description', () => {
    const moved = from(todos(one([A, B]), two([C])), todos(one([]), two([A, B, C])));
    expect(ids(moved)).toEqual(['a', 'b', 'c']);
    expect(moved.notices).toEqual([]);
    const own = { ...todos(one([])), taken: { ids: new Set(['a', 'b']), addresses: new Set<string>() } };
    expect(from(todos(one([A, B])), own).notices).toEqual([]);
  });

  test('that fails counts with what it listed last', () => {
    const settled = from(todos(one([A, B]), two([A, B])), todos(one([]), two(null)));
    expect(ids(settled)).toEqual(['a', 'b']);
    expect(kinds(settled)).toEqual(['guard']);
  });
});

test('an empty list is believed where nothing was known', () => {
  expect(settle(new Map(), [todos(listing([]))])).toMatchObject({ unknown: [], notices: [] });
});

describe('repeats are left out and named', () => {
  test.each([
    ['an id', [A, { ...B, id: 'a' }], 'a at 10.0.0.2:3000'],
    ['an id in other case', [A, { ...B, id: 'A' }], 'A at 10.0.0.2:3000'],
    ['an address', [A, { ...A, id: 'x' }], 'x at 10.0.0.1:3000'],
  ])('%s', (_what, listed, named) => {
    const settled = settle(new Map(), [todos(listing(listed))]);
    expect(ids(settled)).toEqual(['a']);
    expect(settled.notices).toEqual([
      {
        kind: 'left-out',
        app: 'todos',
        message: `left out: ${named}, since another node has that id or address`,
      },
    ]);
  });

  test('of another source, and of the description', () => {
    const taken = { ids: new Set(['a']), addresses: new Set(['10.0.0.2:3000']) };
    const settled = settle(new Map(), [{ ...todos(listing(NODES, 'one'), listing([C], 'two')), taken }]);
    expect(ids(settled)).toEqual(['c', 'd']);
    expect(kinds(settled)).toEqual(['left-out', 'left-out', 'left-out']);
  });
});

test('nodes that move from a list into the description are not gone, and not there twice', () => {
  const before = settle(new Map(), [todos(listing(NODES))]).memory;
  const taken = { ids: new Set(['a', 'b', 'c', 'd']), addresses: new Set<string>() };
  for (const listings of [[], [listing([])], [listing(NODES)]]) {
    const settled = settle(before, [{ ...todos(...listings), taken }]);
    expect(ids(settled)).toEqual([]);
    expect(kinds(settled)).not.toContain('guard');
  }
});

describe('a node that comes and goes', () => {
  const here = todos(listing([A, B, C]));
  const gone = todos(listing([B, C]));
  const flapping = [
    [0, here],
    [1, gone],
    [2, here],
    [3, gone],
    [4, here],
    [5, gone],
  ] as const;

  test('is held in drain after the third time, and stays when it is not listed', () => {
    expect(states(settleAll(flapping.slice(0, -1)))).toEqual(['a ready', 'b ready', 'c ready']);
    const settled = settleAll(flapping);
    expect(states(settled)).toEqual(['b ready', 'c ready', 'a drain']);
    expect(settled).toMatchObject({ againInMs: HOLD });
    expect(settled.notices).toEqual([
      { kind: 'held', app: 'todos', message: 'a came and went too often: it stays in drain for now' },
    ]);
    expect(states(settleAll([...flapping, [6, here]]))).toEqual(['a drain', 'b ready', 'c ready']);
  });

  test('is let go after quiet: it is ready again, or gone', () => {
    const back = [...flapping, [6, here]] as const;
    expect(states(settleAll([...back, [6 + HOLD, here]]))).toEqual(['a ready', 'b ready', 'c ready']);
    expect(states(settleAll([...flapping, [5 + HOLD, gone]]))).toEqual(['b ready', 'c ready']);
  });

  test('is not put in drain where it was down', () => {
    const down = todos(listing([{ ...A, state: 'down' }, B, C]));
    const looks = flapping.map(([now, asked]) => [now, asked === here ? down : gone] as const);
    expect(states(settleAll(looks))).toContain('a down');
  });

  test('gives way to another node that has its address', () => {
    const replaced = todos(listing([B, C, { ...A, id: 'new' }]));
    expect(ids(settleAll([...flapping, [6, replaced]]))).toEqual(['b', 'c', 'new']);
  });
});

test('what a source says of an app has nothing to do with others', () => {
  const two = (first: AppListing['listings'], second: AppListing['listings']) => [
    todos(...first),
    { ...todos(...second), app: 'blog' },
  ];
  const before = settle(new Map(), two([listing(NODES)], [listing([A, B])]));
  const after = settle(before.memory, two([listing([])], [listing([A])]));
  expect(ids(after)).toEqual(['a', 'b', 'c', 'd']);
  expect(ids(after, 'blog')).toEqual(['a']);
});

test('whatever sources say, no two nodes have one id or address, and nodes that take sessions never all go at once', () => {
  const entry = fc.record({
    id: fc.constantFrom('a', 'A', 'b', 'c', 'd'),
    host: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'),
    port: fc.constant(3000),
    state: fc.constantFrom('ready', 'drain', 'down'),
  });
  const list = fc.option(fc.array(entry, { maxLength: 5 }), { freq: 5 });
  const look = fc.record({
    lists: fc.tuple(list, list),
    taken: fc.subarray(['a', 'b']),
    wait: fc.integer({ min: 0, max: HOLD }),
  });
  fc.assert(
    fc.property(fc.array(look, { maxLength: 12 }), (looks) => {
      let memory: Memory = new Map();
      let now = 0;
      for (const { lists, taken, wait } of looks) {
        now += wait;
        const app = todos(listing(lists[0], 'one'), listing(lists[1], 'two'));
        const asked = { ...app, taken: { ids: new Set(taken), addresses: new Set<string>() } };
        const left = (memory.get('todos')?.believed ?? []).filter(
          ({ id, state }) => state === 'ready' && !taken.includes(id.toLowerCase()),
        );
        const settled = settle(memory, [asked], now);
        ({ memory } = settled);
        const found = settled.inventory.apps.todos ?? [];
        const names = [...found.map((node) => idOf(node).toLowerCase()), ...taken];
        expect(new Set(names).size).toBe(names.length);
        const hosts = found.map((node) => ('host' in node ? node.host : ''));
        expect(new Set(hosts).size).toBe(hosts.length);
        if (left.length > 0) expect(found).not.toEqual([]);
        expect(inventorySchema.safeParse(settled.inventory).success).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
