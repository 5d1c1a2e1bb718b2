import { expect, test } from 'vitest';
import { clusterOf } from '../plan/planned.ts';

test('nodes are checked for nginx, which can not do it itself, and not for HAProxy, unless the description says so', () => {
  const apps = { todos: { nodes: ['10.0.0.1:3000'] } };
  const { nginx, haproxy } = clusterOf({ apps });
  expect([nginx.probe, haproxy.probe]).toEqual([true, false]);
  const asked = clusterOf({ apps, nginx: { probe: false }, haproxy: { probe: true } });
  expect([asked.nginx.probe, asked.haproxy.probe]).toEqual([false, true]);
});
