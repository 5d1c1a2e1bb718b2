import { expect, test } from 'vitest';
import { readStates, setState, withStates, writeStates } from '../../src/inventory/states.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { clusterOf } from '../plan/planned.ts';

/** A platform with one file. */
const withFile = (text: string | null) => {
  const written: string[] = [];
  const platform: Platform = {
    ...nodePlatform,
    readText: async () => {
      if (text === null) throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
      return text;
    },
    replaceFile: async (_file, content) => void written.push(content),
  };
  return { platform, written };
};

test('what is written is read back, and a file that is not there has no states', async () => {
  const states = setState(setState({}, 'todos', 'a', 'drain'), 'blog', 'b', 'down');
  const { platform, written } = withFile(null);
  await writeStates('/states.json', states, platform);
  expect(await readStates('/states.json', platform)).toEqual({});
  expect(await readStates('/states.json', withFile(written[0] ?? '').platform)).toEqual(states);
});

test.each([
  ['nothing', ''],
  ['broken JSON', '{"version":1,'],
  ['another version', '{"version":2,"states":{}}'],
  ['a state that is none', '{"version":1,"states":{"todos":{"a":"up"}}}'],
  ['something else', '[]'],
])('a file with %s is refused, and it is said what to do', async (_what, text) => {
  await expect(readStates('/states.json', withFile(text).platform)).rejects.toMatchObject({
    failure: 'inventory',
    message: '/states.json can not be read: it is not what meteor-lb writes there',
    hint: 'it holds which nodes are drained; remove it to have none drained',
  });
});

test.each([
  [{}, 'a', 'drain', { todos: { a: 'drain' } }],
  [{ todos: { a: 'drain' } }, 'b', 'down', { todos: { a: 'drain', b: 'down' } }],
  [{ todos: { a: 'drain' } }, 'a', 'down', { todos: { a: 'down' } }],
  [{ todos: { a: 'drain', b: 'down' } }, 'a', 'ready', { todos: { b: 'down' } }],
  [{ todos: { a: 'drain' }, blog: { a: 'drain' } }, 'a', 'ready', { blog: { a: 'drain' } }],
  [{}, 'a', 'ready', {}],
] as const)('%j and then %s %s gives %j', (before, node, state, after) => {
  expect(setState(before, 'todos', node, state)).toEqual(after);
});

test('names that all objects have are names like others', () => {
  const states = setState({}, 'constructor', 'toString', 'drain');
  expect(states).toEqual({ constructor: { toString: 'drain' } });
  const cluster = clusterOf({
    apps: {
      constructor: { nodes: [{ id: 'toString', host: 'h', port: 1 }], domains: ['a.example'] },
      valueOf: { nodes: [{ id: 'name', host: 'h', port: 1 }], domains: ['b.example'] },
    },
  });
  const nodes = withStates(cluster, states).apps.flatMap(({ nodes }) => nodes);
  expect(nodes.map(({ state }) => state)).toEqual(['drain', 'ready']);
});

test.each([
  ['ready', 'drain', 'drain'],
  ['ready', 'down', 'down'],
  ['drain', 'down', 'down'],
  ['drain', 'ready', 'drain'],
  ['down', 'drain', 'down'],
  ['down', 'ready', 'down'],
] as const)('of %s in the cluster and %s by command, %s counts', (own, given, result) => {
  const cluster = clusterOf({ apps: { todos: { nodes: [{ id: 'a', host: 'h', port: 1, state: own }] } } });
  const after = withStates(cluster, { todos: { a: given, gone: 'down' }, other: { a: 'down' } });
  expect(after.apps[0]?.nodes.map(({ state }) => state)).toEqual([result]);
});
