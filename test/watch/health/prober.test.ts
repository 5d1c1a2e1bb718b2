import { expect, onTestFinished, test } from 'vitest';
import type { ProxyPlan } from '../../../src/plan/proxy-plan.ts';
import { createProber } from '../../../src/watch/health/prober.ts';
import { fakeClock } from '../fake-clock.ts';

const HEALTH = { path: '/', host: 'todos', interval: 1000, timeout: 1000, fall: 2, rise: 2, slowStart: 0 };

/** A plan with the nodes of some apps, as far as checks read it. */
const planOf = (apps: Readonly<Record<string, string>>): ProxyPlan =>
  ({
    listeners: [],
    front: null,
    pools: Object.entries(apps).map(([id, nodes]) => ({
      id,
      health: HEALTH,
      servers: [...nodes].map((node) => ({ id: node, address: { kind: 'name', host: node, port: 3000 } })),
    })),
  }) as unknown as ProxyPlan;

/** Checks nodes of which some are dead. */
const checkNodes = (apps: Readonly<Record<string, string>>, dead: string) => {
  const clock = fakeClock();
  const turns: string[] = [];
  const prober = createProber((app, node, failing) => turns.push(`${app} ${node} ${failing ? '-' : '+'}`), {
    sleep: clock.sleep,
    request: async ({ to }) => {
      if ('host' in to && dead.includes(to.host)) throw new Error('refused');
      return { status: 200, headers: {}, body: '' } as never;
    },
  });
  onTestFinished(prober.stop);
  prober.follow(planOf(apps), 0.5);
  return { prober, turns, pass: clock.pass };
};

test('nodes that fail so often are to be taken out, those of each app by themselves', async () => {
  const { prober, turns, pass } = checkNodes({ todos: 'abcd', blog: 'xyz' }, 'abxy');
  await pass(999);
  expect(prober.verdict(new Map())).toEqual({ states: {}, doubted: [] });
  await pass(1);
  expect(turns.toSorted()).toEqual(['blog x -', 'blog y -', 'todos a -', 'todos b -']);
  expect(prober.verdict(new Map())).toEqual({
    states: { todos: { a: 'down', b: 'down' } },
    doubted: ['blog'],
  });
});

test('where too many fail, those are taken out all the same that their source has lost', async () => {
  const { prober, pass } = checkNodes({ todos: 'abcde', blog: 'xyz' }, 'abcdxyz');
  await pass(1000);
  const down = (nodes: string) => Object.fromEntries([...nodes].map((node) => [node, 'down']));
  expect(prober.verdict(new Map([['todos', new Set('abcd')]]))).toEqual({
    states: { todos: down('abcd') },
    doubted: ['blog'],
  });
  expect(prober.verdict(new Map([['todos', new Set('ab')]]))).toEqual({
    states: { todos: down('ab') },
    doubted: ['todos', 'blog'],
  });
  expect(prober.verdict(new Map([['blog', new Set('xyz')]]))).toEqual({
    states: {},
    doubted: ['todos', 'blog'],
  });
});
