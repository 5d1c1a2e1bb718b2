import { expect, test } from 'vitest';
import type { Memory } from '../../src/inventory/memory.ts';
import { readMemory, writeMemory } from '../../src/inventory/memory-file.ts';
import { settleInventory } from '../../src/inventory/settle-inventory.ts';
import type { Listing } from '../../src/inventory/source.ts';
import { idOf, listing, NOTHING_TAKEN } from './listing.ts';

const RULES = { maxShrink: 0.5, holdMs: 1, now: 0 };
const A = { id: 'a', host: '10.0.0.1', port: 3000 };
const B = { id: 'b', host: '10.0.0.2', port: 3000 };
const C = { id: 'c', host: '10.0.0.3', port: 3000 };

const settle = (memory: Memory, ...listings: Listing[]) =>
  settleInventory(memory, [{ app: 'todos', listings, taken: NOTHING_TAKEN }], RULES);
const ids = ({ inventory }: ReturnType<typeof settle>) => inventory.apps.todos?.map(idOf);
const before = settle(new Map(), listing([A], 'http one'), listing([B], 'etcd two')).memory;

test('after a restart a source that fails keeps its list, and the others count on', () => {
  const after = readMemory(writeMemory(before));
  const settled = settle(after, listing(null, 'http one'), listing([B, C], 'etcd two'));
  expect(ids(settled)).toEqual(['a', 'b', 'c']);
  expect(settled.unknown).toEqual([]);
});

const held = settle(before, listing([], 'http one'), listing([B, C], 'etcd two')).memory;

test.each([
  ['is obeyed', before],
  ['is not obeyed', held],
])('what is written of a list that %s is the same when it was read', (_how, memory) => {
  expect(readMemory(writeMemory(memory)).get('todos')?.sources).toEqual(memory.get('todos')?.sources);
  expect(writeMemory(readMemory(writeMemory(memory)))).toEqual(writeMemory(memory));
});

test('what an earlier version has written are lists that were obeyed', () => {
  const { believed, lists } = writeMemory(held);
  const { refused, ...earlier } = JSON.parse(lists);
  expect(refused).toEqual({ todos: { 'http one': [] } });
  const { sources } = readMemory({ believed, lists: JSON.stringify(earlier) }).get('todos') ?? {};
  expect(sources?.get('http one')).toMatchObject({ obeyed: [{ id: 'a' }], refused: null });
});

test.each([
  ['missing', null],
  ['cut off', '{"version":1,"apps":{"todos":{"http one":[{"ho'],
  ['of another version', '{"version":2,"apps":{}}'],
  ['no list', '{"version":1,"apps":{"todos":{"http one":7}}}'],
  ['no list where one was refused', '{"version":1,"apps":{},"refused":{"todos":{"http one":7}}}'],
])('lists that are %s are made good by what was believed', (_what, lists) => {
  const after = readMemory({ ...writeMemory(before), lists });
  const settled = settle(after, listing(null, 'http one'), listing([B, C], 'etcd two'));
  expect(ids(settled)).toEqual(['a', 'b', 'c']);
});

test.each([
  ['missing', null],
  ['damaged', '{"version":1,"apps":{"todos":[{"ho'],
])('what was believed that is %s is made good by the lists', (_what, believed) => {
  const after = readMemory({ ...writeMemory(before), believed });
  expect(ids(settle(after, listing([], 'http one'), listing(null, 'etcd two')))).toEqual(['b', 'a']);
});

test('what is written is read, however many nodes several sources list', () => {
  const list = (net: number) =>
    Array.from({ length: 10_001 }, (_, index) => ({
      host: `10.${net}.${index >> 8}.${index & 255}`,
      port: 3000,
    }));
  const many = settle(new Map(), listing(list(1), 'http one'), listing(list(2), 'etcd two')).memory;
  const texts = writeMemory(many);
  expect(writeMemory(readMemory(texts))).toEqual(texts);
  expect(readMemory(texts).get('todos')?.believed).toHaveLength(20_002);
});

test('where nothing was written, nothing is known', () => {
  expect(readMemory({ believed: null, lists: null }).size).toBe(0);
});
