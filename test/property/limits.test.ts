import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStructured } from '../../src/cluster/read/read-structured.ts';
import { clusterSchema } from '../../src/cluster/schema/cluster.ts';
import { EMPTY_INVENTORY } from '../../src/cluster/schema/inventory.ts';
import { toCluster } from '../../src/cluster/to-cluster.ts';
import { LbError } from '../../src/diagnostics/lb-error.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { loadTemplates } from '../../src/render/load-templates.ts';
import { renderCluster } from '../../src/render/render.ts';
import { haproxyLimits } from '../../src/targets/haproxy/limits.ts';
import { loadTarget } from '../../src/targets/registry.ts';
import { EMPTY_MACHINE, type Judge, startJudge } from '../support/judge.ts';
import { installedProxies } from '../support/proxies.ts';
import { machineOf } from './machine-of.ts';
import { renderWritten } from './render-written.ts';
import type { Json, Written } from './written.ts';

const withNodes = (...nodes: readonly Json[]): Written => ({ apps: { todos: { nodes } } });
const long = (length: number): string => `/run/${'x'.repeat(length - 5)}`;
const sockets = (...paths: readonly string[]): Written =>
  withNodes(...paths.map((socket, index) => ({ id: `n${index}`, socket })));

const REFUSED = [
  ['nginx', 'nginx-alike-sockets', sockets('/run/A.sock', '/run/a.sock')],
  ['nginx', 'nginx-long-path', { ...withNodes('a:1'), nginx: { modules: [`/${'x'.repeat(4094)}`] } }],
  ['haproxy', 'haproxy-socket-path', sockets(long(98))],
  ['haproxy', 'haproxy-socket-path', { ...withNodes('a:1'), haproxy: { socket: '/run/a,b.sock' } }],
  ['haproxy', 'haproxy-socket-path', { ...withNodes('a:1'), runtimeDir: long(90) }],
] as const;

const clusterOf = (description: Written) => {
  const { value } = readStructured(JSON.stringify(description), 'cluster.json', clusterSchema);
  return value === null ? expect.fail('the description is not read') : toCluster(value, EMPTY_INVENTORY);
};

/** What would be written if no limit forbade it. */
const renderAnyway = async (description: Written, name: 'nginx' | 'haproxy'): Promise<string> => {
  const target = await loadTarget(name);
  const templates = await loadTemplates(target.templates, null, nodePlatform);
  const version = target.assumed;
  // quoteNginx would throw for what is too long.
  const quote = (text: string): string => (text.length > 4000 ? `"${text}"` : target.quote(text));
  return renderCluster(clusterOf(description), { ...target, quote }, { source: 'test', version, templates })
    .text;
};

describe('what a limit refuses the proxy refuses', () => {
  const judges = new Map<string, Judge>();
  beforeAll(async () => {
    for (const proxy of installedProxies().slice(0, 2)) judges.set(proxy.proxy, await startJudge(proxy));
  });
  afterAll(() => Promise.all([...judges.values()].map((judge) => judge.close())));

  test.each(REFUSED)('%s: %s', async (target, code, description) => {
    const error = await renderWritten(description, target).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LbError);
    expect((error as LbError).diagnostics).toContainEqual(
      expect.objectContaining({ severity: 'error', code }),
    );
    const text = await renderAnyway(description, target);
    const verdict = await judges.get(target)?.judge(text, { ...EMPTY_MACHINE, hosts: ['a'] });
    expect(verdict?.status).not.toBe(0);
  });

  test('and the longest that is allowed it accepts', async () => {
    const description = { ...sockets(long(97)), runtimeDir: long(78) };
    const verdict = await judges
      .get('haproxy')
      ?.judge(await renderWritten(description, 'haproxy'), machineOf(description));
    expect(verdict).toEqual({ status: 0, complaints: [] });
  });
});

/** HAProxy expands variables in addresses whatever the quotes, and its own check says nothing of it. */
test('a socket of HAProxy has no variable in its path', async () => {
  const error = await renderWritten(
    { ...withNodes('a:1'), haproxy: { socket: '/run/$HOME' } },
    'haproxy',
  ).catch((thrown: unknown) => thrown);
  expect((error as LbError).diagnostics).toMatchObject([{ code: 'haproxy-socket-path' }]);
});

test('times that are too long for HAProxy are cut, with a warning for each', async () => {
  const description: Written = {
    apps: {
      todos: {
        nodes: ['10.0.0.1:3000'],
        timeouts: { connect: '5s', response: '25d', websocket: '3650d' },
        health: { interval: '25d', timeout: '25d', slowStart: '25d' },
      },
    },
  };
  const keys = haproxyLimits(clusterOf(description), [2, 6]).map(
    ({ code, path }) => `${code} ${path.slice(2).join('.')}`,
  );
  expect(keys.sort()).toEqual(
    ['health.interval', 'health.slowStart', 'health.timeout', 'timeouts.response', 'timeouts.websocket'].map(
      (key) => `haproxy-longest-time ${key}`,
    ),
  );
  const text = await renderWritten(description, 'haproxy');
  expect(text).toContain('timeout tunnel  24d');
  expect(text).not.toMatch(/ (25|3650)d/);
});
