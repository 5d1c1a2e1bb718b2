import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyChange, describeUpdate } from '../../src/plan/classify-change.ts';
import { planProxy } from '../../src/plan/plan-proxy.ts';
import type { Pool, ProxyPlan, Server } from '../../src/plan/proxy-plan.ts';
import { haproxyRuntimeRule } from '../../src/targets/haproxy/runtime-rule.ts';
import { writtenCluster } from '../property/arbitrary-cluster.ts';
import { reordered } from '../property/reordered.ts';
import type { Json } from '../property/written.ts';
import { pool, server } from '../targets/haproxy-pool.ts';
import { asWritten, clusterOf, planOf } from './planned.ts';

const haproxy = haproxyRuntimeRule([3, 0]);

const BASE = {
  name: 'one',
  runtimeDir: '/run/one',
  resolvers: ['10.0.0.53:53'],
  behind: { addresses: ['10.9.0.0/16'], protocol: 'x-forwarded-for' },
  listen: [{ port: 80 }, { port: 81 }],
  apps: {
    blog: { domains: ['blog.example.com'], nodes: ['10.0.0.9:3000'] },
    todos: { domains: ['todos.example.com'], nodes: ['10.0.0.1:3000', '10.0.0.2:3000'] },
  },
};
const withTodos = (more: object) => ({
  ...BASE,
  apps: { ...BASE.apps, todos: { ...BASE.apps.todos, ...more } },
});

describe.each([
  ['a proxy that can do nothing at run time', null],
  ['HAProxy', haproxy],
] as const)('for %s', (_name, rule) => {
  test.each([
    ['the name', { ...BASE, name: 'two' }, ['the cluster has another name']],
    ['runtimeDir', { ...BASE, runtimeDir: '/run/two' }, ['runtimeDir is another folder']],
    ['resolvers', { ...BASE, resolvers: ['10.0.0.54:53'] }, ['the DNS servers differ']],
    [
      'the networks of what stands in front',
      { ...BASE, behind: { ...BASE.behind, addresses: ['10.8.0.0/16'] } },
      ['what stands in front differs'],
    ],
    ['a listener more', { ...BASE, listen: [...BASE.listen, { port: 82 }] }, ['listener http_82 was added']],
    ['a listener less', { ...BASE, listen: [{ port: 80 }] }, ['listener http_81 was removed']],
    [
      "a listener's address",
      { ...BASE, listen: [{ port: 80 }, { port: 81, address: '127.0.0.1' }] },
      ['listener http_81 changed'],
    ],
    [
      'a domain',
      withTodos({ domains: ['new.example.com'] }),
      [
        'site todos.example.com was removed',
        'site new.example.com was added',
        'app todos changed', // it is checked under that name
      ],
    ],
    ['a path', withTodos({ path: '/a' }), ['site todos.example.com changed', 'app todos changed']],
    ['a limit', withTodos({ limits: { body: '1MB' } }), ['app todos changed']],
    ['a timeout', withTodos({ timeouts: { connect: '1s' } }), ['app todos changed']],
    ['the stickiness', withTodos({ stickiness: 'none' }), ['app todos changed']],
    ['how nodes are chosen', withTodos({ balance: 'random' }), ['app todos changed']],
    ['a health check', withTodos({ health: { path: '/ok' } }), ['app todos changed']],
    ['the page of a maintenance', withTodos({ maintenance: { page: '/a.html' } }), ['app todos changed']],
    [
      'an app less',
      { ...BASE, apps: { todos: BASE.apps.todos } },
      ['site blog.example.com was removed', 'app blog was removed'],
    ],
  ] as const)('%s needs a reload, and the reason says what differs', (_what, description, reasons) => {
    expect(classifyChange(planOf(BASE), planOf(description), rule)).toEqual({ kind: 'reload', reasons });
  });

  test('an app more needs a reload for the app alone, not for each of its servers', () => {
    const change = classifyChange(planOf({ ...BASE, apps: { todos: BASE.apps.todos } }), planOf(BASE), rule);
    expect(change).toEqual({
      kind: 'reload',
      reasons: ['site blog.example.com was added', 'app blog was added'],
    });
  });

  test('a plan never differs from itself, nor from what is read back of it', () => {
    fc.assert(
      fc.property(writtenCluster, (description) => {
        const plan = planProxy(clusterOf(description));
        expect(classifyChange(plan, plan, rule)).toEqual({ kind: 'none' });
        expect(classifyChange(asWritten(plan), asWritten(asWritten(plan)), rule)).toEqual({ kind: 'none' });
      }),
      { numRuns: 50 },
    );
  });

  test('the order of nodes, apps, domains and keys in the description changes nothing', () => {
    fc.assert(
      fc.property(writtenCluster, fc.nat(), (description, seed) => {
        const other = reordered(description as Json, seed) as object;
        expect(classifyChange(planOf(description), planOf(other), rule)).toEqual({ kind: 'none' });
      }),
      { numRuns: 50 },
    );
  });

  test('no field of a plan, at any depth, changes unseen', () => {
    fc.assert(
      fc.property(writtenCluster, fc.nat(), (description, which) => {
        const plan = planOf(description);
        const other = asWritten(plan);
        const leaves = leavesOf(other).filter(({ key }) => key !== 'id' && key !== 'kind');
        const leaf = leaves[which % leaves.length];
        leaf?.spoil();
        expect(classifyChange(plan, other, rule).kind).not.toBe('none');
        expect(classifyChange(other, plan, rule).kind).not.toBe('none');
      }),
      { numRuns: 300 },
    );
  });
});

interface Leaf {
  readonly key: string;
  spoil(): void;
}

const leavesOf = (value: object): readonly Leaf[] =>
  Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? leavesOf(inner)
      : [
          {
            key,
            spoil: () => {
              (value as Record<string, unknown>)[key] =
                typeof inner === 'number' ? inner + 1 : typeof inner === 'boolean' ? !inner : `${inner}x`;
            },
          },
        ],
  );

describe('servers', () => {
  const plan = (servers: readonly Server[], more: Partial<Pool> = {}): ProxyPlan => ({
    ...planOf(BASE),
    pools: [pool(servers, more)],
  });
  const a = server();
  const b = server({
    id: 'b',
    address: { kind: 'ip', host: '10.0.0.2', port: 3000 },
    cookie: 'b'.repeat(16),
  });
  const drained: Server = { ...a, state: 'drain' };

  test.each([
    ['one that came', [a], [a, b], [{ kind: 'add', pool: 'todos', server: b }]],
    ['one that went', [a, b], [b], [{ kind: 'remove', pool: 'todos', server: a }]],
    ['another state', [a, b], [drained, b], [{ kind: 'alter', pool: 'todos', server: drained, before: a }]],
    [
      'all but one that went',
      [a, b],
      [],
      [
        { kind: 'remove', pool: 'todos', server: a },
        { kind: 'remove', pool: 'todos', server: b },
      ],
    ],
  ] as const)(
    '%s is a change of servers alone where the proxy can do that',
    (_what, before, after, updates) => {
      expect(classifyChange(plan(before), plan(after), haproxy)).toEqual({ kind: 'servers', updates });
    },
  );

  test('a proxy that can do nothing at run time reloads, and the reasons name each server', () => {
    const change = classifyChange(plan([a]), plan([{ ...a, weight: 2 }, b]), null);
    expect(change).toEqual({
      kind: 'reload',
      reasons: ['server a of todos has weight 2 instead of 1', 'server b of todos was added'],
    });
  });

  test('one server that the proxy can not change makes all of it a reload, and it alone is named', () => {
    const change = classifyChange(plan([a]), plan([{ ...a, backup: true }, b]), haproxy);
    expect(change).toEqual({
      kind: 'reload',
      reasons: ['server a of todos became a backup: it is a backup now'],
    });
  });

  test.each([
    [{ state: 'drain' }, 'is draining now'],
    [{ state: 'down' }, 'is down now'],
    [{ weight: 3 }, 'has weight 3 instead of 1'],
    [{ backup: true }, 'became a backup'],
    [{ cookie: 'c'.repeat(16) }, 'has another cookie value'],
    [{ address: b.address }, 'moved from 10.0.0.1:3000 to 10.0.0.2:3000'],
    [{ address: { kind: 'socket', path: '/run/a.sock' } }, 'moved from 10.0.0.1:3000 to /run/a.sock'],
    [{ weight: 3, state: 'drain' }, 'is draining now, has weight 3 instead of 1'],
  ] as const satisfies readonly (readonly [Partial<Server>, string])[])(
    'a server with %j is described',
    (changes, words) => {
      const update = { kind: 'alter', pool: 'todos', before: a, server: { ...a, ...changes } } as const;
      expect(describeUpdate(update)).toBe(`server a of todos ${words}`);
      expect(classifyChange(plan([a]), plan([update.server]), () => null)).toEqual({
        kind: 'servers',
        updates: [update],
      });
    },
  );

  const servers = fc
    .uniqueArray(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        weight: fc.integer({ min: 1, max: 3 }),
        state: fc.constantFrom('ready' as const, 'drain' as const, 'down' as const),
        backup: fc.boolean(),
      }),
      { selector: ({ id }) => id },
    )
    .map((parts) => parts.map((part) => server(part)));

  test('the updates lead from any servers to any others, and there is one for each that differs', () => {
    fc.assert(
      fc.property(servers, servers, (before, after) => {
        const change = classifyChange(plan(before), plan(after), () => null);
        const updates = change.kind === 'servers' ? change.updates : [];
        const result = new Map(before.map((one) => [one.id, one]));
        for (const update of updates) {
          if (update.kind === 'alter') expect(result.get(update.server.id)).toEqual(update.before);
          else expect(result.has(update.server.id)).toBe(update.kind === 'remove');
          if (update.kind === 'remove') result.delete(update.server.id);
          else result.set(update.server.id, update.server);
        }
        expect(result).toEqual(new Map(after.map((one) => [one.id, one])));
        expect(new Set(updates.map(({ server: { id } }) => id)).size).toBe(updates.length);
      }),
    );
  });
});
