import { expect, test } from 'vitest';
import type { ProxyPlan, Server } from '../../src/plan/proxy-plan.ts';
import { haproxyRuntimeRule } from '../../src/targets/haproxy/runtime-rule.ts';
import { skeleton } from '../../src/targets/haproxy/skeleton.ts';
import { pool, server } from './haproxy-pool.ts';

const a = server();
const named = server({ id: 'n', address: { kind: 'name', host: 'n.lan', port: 1 } });
const socket = server({ id: 's', address: { kind: 'socket', path: '/run/s.sock' } });
const backup = server({ id: 'z', backup: true });

test.each([
  ['an address', a, null, null],
  ['a name', named, /name/, /name/],
  ['a socket', socket, /Unix socket/, null],
  ['a backup', backup, /backup/, /backup/],
] as const)('adding or removing %s', (_name, one, before, since) => {
  for (const kind of ['add', 'remove'] as const) {
    for (const [version, expected] of [
      [[2, 6], before],
      [[3, 0], since],
    ] as const) {
      const reason = haproxyRuntimeRule(version)({ kind, pool: 'todos', server: one });
      if (expected === null) expect(reason).toBeNull();
      else expect(reason).toMatch(expected);
    }
  }
});

test.each([
  ['another state', { state: 'drain' }, null],
  ['another weight', { weight: 9 }, null],
  ['another address', { address: { kind: 'ip', host: '10.0.0.1', port: 3001 } }, /address/],
  ['another cookie', { cookie: 'f'.repeat(16) }, /cookie/],
  ['a new role', { backup: true }, /backup/],
] as const satisfies readonly (readonly [string, Partial<Server>, RegExp | null])[])(
  'altering to %s',
  (_name, changes, expected) => {
    const reason = haproxyRuntimeRule([2, 6])({
      kind: 'alter',
      pool: 'todos',
      server: { ...a, ...changes },
      before: a,
    });
    if (expected === null) expect(reason).toBeNull();
    else expect(reason).toMatch(expected);
  },
);

test('the skeleton keeps the servers that only a reload brings, without what can change', () => {
  const plan = {
    pools: [pool([a, { ...named, state: 'drain', weight: 5 }, socket, backup])],
  } as unknown as ProxyPlan;
  const servers = (version: readonly number[]) => skeleton(plan, version).pools[0]?.servers;
  expect(servers([2, 6])).toEqual([{ ...named, state: 'ready', weight: 1 }, socket, backup]);
  expect(servers([3, 0])).toEqual([{ ...named, state: 'ready', weight: 1 }, backup]);
});
