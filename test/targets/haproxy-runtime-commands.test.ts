import { expect, test } from 'vitest';
import type { Pool, ProxyPlan } from '../../src/plan/proxy-plan.ts';
import { wantedBackends } from '../../src/targets/haproxy/runtime-backends.ts';
import { inStep, leftovers, runtimeSteps } from '../../src/targets/haproxy/runtime-commands.ts';
import { serverNumbers } from '../../src/targets/haproxy/server-numbers.ts';
import type { RunningServer } from '../../src/targets/haproxy/servers-state.ts';
import { haproxyFeatures } from '../../src/targets/haproxy/versions.ts';
import { pool, server } from './haproxy-pool.ts';

const NEW = haproxyFeatures([3, 0]);
const OLD = haproxyFeatures([2, 6]);
const a = server();
const b = server({ id: 'b', address: { kind: 'ip', host: '10.0.0.2', port: 3000 }, cookie: 'b'.repeat(16) });
const number = (id: string): number => serverNumbers([a, b]).get(id) ?? 0;

const steps = (
  wanted: Pool,
  running: readonly RunningServer[],
  features = NEW,
  listeners: ProxyPlan['listeners'] = [],
) => {
  const result = runtimeSteps(wantedBackends({ pools: [wanted], listeners }, features), running, features);
  return 'steps' in result ? result.steps.map((step) => step.map(({ text }) => text)) : result.impossible;
};
/** `a` and perhaps others, as they run in all three backends. */
const running = (changes: Partial<RunningServer> = {}, name = 'a'): RunningServer[] =>
  ['todos', 'todos.keyed', 'todos.assets'].map((backend) => ({
    backend,
    name,
    id: backend === 'todos.keyed' ? number(name) : 1,
    address: name === 'a' ? '10.0.0.1:3000' : '10.0.0.2:3000',
    weight: backend === 'todos.keyed' ? 16 : 1,
    maint: false,
    ...changes,
  }));

const CHECK = 'check inter 2s fall 2 rise 2 observe layer4 error-limit 2 on-error mark-down';

test('nothing is to do where all runs as it is wanted', () => {
  expect(steps(pool([a]), running())).toEqual([]);
  expect(steps(pool([a, b]), [...running(), ...running({}, 'b')])).toEqual([]);
});

test('a server is added with all that default-server has, and let in last', () => {
  expect(
    steps(
      pool([a, b], {
        limits: { body: 1, connectionsPerNode: 9 },
        health: { ...pool([]).health, slowStart: 1_000 },
      }),
      running(),
    ),
  ).toEqual([
    [
      `add server todos.assets/b 10.0.0.2:3000 cookie bbbbbbbbbbbbbbbb weight 1 maxconn 9 ${CHECK} slowstart 1s`,
      `add server todos.keyed/b 10.0.0.2:3000 cookie bbbbbbbbbbbbbbbb id ${number('b')} weight 16 maxconn 9 ${CHECK} slowstart 1s`,
      `add server todos/b 10.0.0.2:3000 cookie bbbbbbbbbbbbbbbb weight 1 maxconn 9 ${CHECK} slowstart 1s`,
    ],
    ['todos.assets/b', 'todos.keyed/b', 'todos/b'].flatMap((path) => [
      `enable health ${path}`,
      `set server ${path} state ready`,
    ]),
  ]);
});

test('before 3.0 HAProxy makes the cookie, and is told so before anybody gets it', () => {
  expect(steps(pool([a, b]), running(), OLD)).toEqual([
    [
      `add server todos.assets/b 10.0.0.2:3000 weight 1 ${CHECK}`,
      `add server todos.keyed/b 10.0.0.2:3000 id ${number('b')} weight 16 ${CHECK}`,
      `add server todos/b 10.0.0.2:3000 weight 1 ${CHECK}`,
    ],
    ['enable dynamic-cookie backend todos.keyed', 'enable dynamic-cookie backend todos'],
    expect.arrayContaining(['set server todos/b state ready']),
  ]);
  // Who added it may have been stopped before.
  const halfway = [...running(), ...running({ maint: true }, 'b')];
  expect(steps(pool([a, b]), halfway, OLD)).toEqual([
    ['enable dynamic-cookie backend todos.keyed', 'enable dynamic-cookie backend todos'],
    expect.arrayContaining(['enable health todos/b', 'set server todos/b state ready']),
  ]);
  expect(steps(pool([a, b]), [...running(), ...running({ weight: 0 }, 'b')], OLD)).toHaveLength(1);
});

test.each([
  [
    'drains',
    { state: 'drain' },
    {},
    ['todos.assets/b weight 0', 'todos.keyed/b weight 0', 'todos/b weight 0'],
  ],
  [
    'has another weight',
    { weight: 16 },
    {},
    ['todos.assets/b weight 16', 'todos.keyed/b weight 256', 'todos/b weight 16'],
  ],
  [
    'goes down',
    { state: 'down' },
    {},
    ['todos.assets/b state maint', 'todos.keyed/b state maint', 'todos/b state maint'],
  ],
  ['is down already', { state: 'down' }, { maint: true }, null],
] as const)('a server %s', (_name, changes, before, expected) => {
  const altered = steps(pool([a, { ...b, ...changes }]), [...running(), ...running(before, 'b')]);
  expect(altered).toEqual(expected === null ? [] : [expected.map((words) => `set server ${words}`)]);
});

test('one that is added as down stays in maintenance, checked', () => {
  const [, opened] = steps(pool([a, { ...b, state: 'down' }]), running());
  expect(opened).toEqual([
    'enable health todos.assets/b',
    'enable health todos.keyed/b',
    'enable health todos/b',
  ]);
});

test('who leaves goes into maintenance in every backend, after who comes', () => {
  const replaced = steps(pool([b]), running());
  expect(replaced).toHaveLength(3);
  expect(replaced.at(-1)).toEqual([
    'set server todos.assets/a state maint',
    'set server todos.keyed/a state maint',
    'set server todos/a state maint',
  ]);
  const waiting = [...running(), ...running({ maint: true }, 'b')];
  expect(steps(pool([a]), waiting)).toEqual([]);
  const wanted = wantedBackends({ pools: [pool([a])], listeners: [] }, NEW);
  expect(inStep(wanted, waiting, NEW)).toBe(true);
  expect(inStep(wanted, running().slice(1), NEW)).toBe(false);
  expect(leftovers(wanted, [...waiting, { ...running()[0], backend: 'other' } as RunningServer])).toEqual(
    ['todos.assets', 'todos.keyed', 'todos'].map((backend) =>
      expect.objectContaining({ backend, name: 'b' }),
    ),
  );
});

test.each([
  [
    'another address',
    pool([a]),
    running({ address: '10.0.0.9:3000' }),
    /^todos\.assets\/a runs with another address$/,
  ],
  ['a socket instead of an address', pool([a]), running({ address: null }), /another address/],
  ['another number', pool([a]), running({ id: 7 }), /^todos\.keyed\/a runs with another number$/],
  [
    'a number that is taken',
    pool([a]),
    running({}, 'a').map((one) => ({ ...one, name: 'z' })),
    /would have the number of z$/,
  ],
  ['a backup that is missing', pool([a, { ...b, backup: true }]), running(), /b is missing: it is a backup$/],
  [
    'a name that is missing',
    pool([a, { ...b, address: { kind: 'name', host: 'b.lan', port: 1 } }]),
    running(),
    /b is missing: its host/,
  ],
] as const)('only a reload brings %s', (_name, wanted, before, reason) => {
  expect(steps(wanted, before)).toMatch(reason);
  expect(inStep(wantedBackends({ pools: [wanted], listeners: [] }, NEW), before, NEW)).toBe(false);
});

test('a Unix socket can be added from 3.0 on', () => {
  const socket = { ...b, address: { kind: 'socket', path: '/run/b.sock' } as const };
  expect(steps(pool([a, socket]), running(), OLD)).toMatch(/its address is a Unix socket/);
  expect(steps(pool([a, socket]), running())[0]).toContain(
    `add server todos/b unix@/run/b.sock cookie ${b.cookie} weight 1 ${CHECK}`,
  );
  expect(
    steps(pool([a, socket]), [
      ...running(),
      ...running({ address: null, id: serverNumbers([a, socket]).get('b') ?? 0 }, 'b'),
    ]),
  ).toEqual([]);
});

test('a name may be at any address that was looked up', () => {
  const named = { ...a, address: { kind: 'name', host: 'a.lan', port: 3000 } as const };
  const id = serverNumbers([named]).get('a') ?? 0;
  expect(steps(pool([named]), running({ address: '10.9.9.9:3000', id }))).toEqual([]);
});

test.each([
  ['no cookie', { stickiness: { kind: 'none' }, assets: null }, ['todos']],
  ['addresses', { stickiness: { kind: 'address' } }, ['todos.assets', 'todos']],
] as const)('with %s there are fewer backends', (_name, changes, names) => {
  expect(wantedBackends({ pools: [pool([a], changes)], listeners: [] }, OLD).map(({ name }) => name)).toEqual(
    names,
  );
  expect(JSON.stringify(steps(pool([a], changes), [], OLD))).not.toContain('cookie');
});

test('the section of a TCP listener has the servers too', () => {
  const listener = {
    id: 'tcp_1',
    address: null,
    port: 1,
    tls: null,
    proxyProtocol: false,
    serves: { kind: 'tcp', pool: 'todos' },
  } as const;
  const [added] = steps(pool([a], { assets: null }), [], NEW, [listener]);
  expect(added?.[0]).toBe(
    `add server tcp_1/a 10.0.0.1:3000 id ${serverNumbers([a]).get('a')} weight 16 ${CHECK}`,
  );
});
