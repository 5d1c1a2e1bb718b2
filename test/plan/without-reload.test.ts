import { expect, test } from 'vitest';
import { describeUpdate } from '../../src/plan/classify-change.ts';
import { withoutReload } from '../../src/plan/without-reload.ts';
import { haproxyRuntimeRule } from '../../src/targets/haproxy/runtime-rule.ts';
import { planOf } from './planned.ts';

const runtime = haproxyRuntimeRule([3, 0]);
const node = (id: string, last: number) => ({ id, host: `10.0.0.${last}`, port: 3000 });
const [a, b, c] = [node('a', 1), node('b', 2), node('c', 3)];
const described = (nodes: readonly object[], more: object = {}) =>
  planOf({
    apps: {
      blog: { domains: ['blog.example.com'], nodes: [a] },
      todos: { domains: ['todos.example.com'], nodes },
    },
    ...more,
  });
const before = described([a, b]);

test.each([
  [
    'servers are changed while a listener waits',
    described([{ ...a, state: 'drain' }, c], { listen: [{ port: 81 }] }),
    ['server b of todos was removed', 'server a of todos is draining now', 'server c of todos was added'],
    described([{ ...a, state: 'drain' }, c]),
  ],
  [
    'of an app that has a server that waits none is taken out',
    described([b, { ...c, backup: true }]),
    [],
    before,
  ],
  [
    'others are added there',
    described([{ ...b, backup: true }, c]),
    ['server c of todos was added'],
    described([a, b, c]),
  ],
  [
    'an app that goes stays',
    planOf({ apps: { todos: { domains: ['todos.example.com'], nodes: [a, b] } } }),
    [],
    before,
  ],
])('%s', (_what, after, words, meanwhile) => {
  const { plan, updates } = withoutReload(before, after, runtime);
  expect(updates.map(describeUpdate)).toEqual(words);
  expect(plan).toEqual(meanwhile);
});
