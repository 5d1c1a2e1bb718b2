import { expect, test } from 'vitest';
import { clusterSchema } from '../../src/cluster/schema/cluster.ts';
import { forwardedCount } from '../../src/plan/forwarded-count.ts';

const front = (protocol: string) => ({ addresses: ['10.0.0.0/8'], protocol });

test.each([
  ['one for the client', {}, 1],
  ['two behind a balancer that sends the header', { behind: { ...front('x-forwarded-for'), hops: 2 } }, 2],
  ['one behind a balancer that speaks the PROXY protocol', { behind: front('proxy-protocol') }, 1],
  ['none where bytes are passed through', { listen: [{ port: 80, mode: 'tcp', app: 'todos' }] }, null],
  ['one where some are', { listen: [{ port: 80 }, { port: 81, mode: 'tcp', app: 'todos' }] }, 1],
])('X-Forwarded-For has %s', (_what, parts, count) => {
  const apps = { todos: { nodes: ['10.0.0.11:3000'] } };
  expect(forwardedCount(clusterSchema.parse({ apps, ...parts }))).toBe(count);
});
