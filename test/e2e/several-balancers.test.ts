import { stdout } from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type MeteorNode, startNodes, stopAll } from '../support/cluster.ts';
import { startEtcd } from '../support/etcd.ts';
import { clientOf, untilNewClientsGetTo, untilReady, whoAnswers } from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { serveKeptProxy } from '../support/kept-proxy.ts';
import { type InstalledProxy, proxiesUnderTest } from '../support/proxies.ts';

vi.setConfig({ testTimeout: 120_000 });

const byName = (name: InstalledProxy['proxy']): InstalledProxy => {
  const found = proxiesUnderTest().find(({ proxy }) => proxy === name);
  if (found === undefined) throw new Error(`there is no ${name} here`);
  return found;
};

/** A balancer that follows etcd; the share of the splay that chance would give it is given here, so that no test fails by chance. */
const balance = async (
  proxy: InstalledProxy,
  endpoints: readonly string[],
  { splay, chance }: { readonly splay: string; readonly chance: number },
) => {
  const kept = await serveKeptProxy({
    proxy,
    nodes: [],
    parts: { watch: { settle: '20ms', splay } },
    app: { inventory: [{ etcd: { endpoints, prefix: '/todos' } }] },
  });
  onTestFinished(kept.stop);
  const [status = 0] = await freePorts(1);
  const env = { NODE_OPTIONS: `--import=data:text/javascript,Math.random=()=>${chance}` };
  const watch = kept.start(['watch', '--reload', '--verbose', '--status', `127.0.0.1:${status}`], env);
  await untilReady(status);
  const changed = async (): Promise<number> => {
    await watch.says(/: (reloaded|changed without a reload): server c/);
    return performance.now();
  };
  return { kept, watch, changed };
};

const startFour = async () => {
  const started = await startNodes(4);
  onTestFinished(() => stopAll(started));
  const etcd = await startEtcd();
  onTestFinished(etcd.stop);
  const [a, b, c, d] = started as [MeteorNode, MeteorNode, MeteorNode, MeteorNode];
  const nodes = { a, b, c, d };
  const put = (id: keyof typeof nodes, more: object = {}): Promise<void> => {
    const { host, port } = nodes[id];
    return etcd.put(`/todos/${id}`, JSON.stringify({ host, port, ...more }));
  };
  await put('a');
  await put('b');
  return { etcd, put, join: (more: object = {}) => put('c', more) };
};

test('nginx and HAProxy follow one etcd, and the cookie of one leads to the same node through the other', async () => {
  const { etcd, join } = await startFour();
  const nginx = await balance(byName('nginx'), etcd.endpoints, { splay: '1500ms', chance: 0.5 });
  const haproxy = await balance(byName('haproxy'), etcd.endpoints, { splay: '1500ms', chance: 0.5 });
  const both = [nginx, haproxy];
  const joined = performance.now();
  const changes = Promise.all(both.map(({ changed }) => changed()));
  await join();
  const waited = (await changes).map((at) => Math.round(at - joined));
  stdout.write(`a node joins: nginx reloads after ${waited[0]} ms, HAProxy changes after ${waited[1]} ms\n`);
  for (const { kept } of both) await untilNewClientsGetTo(kept.port, 'abc');
  expect(haproxy.watch.said()).not.toMatch(/a reload waits|haproxy: reloaded/); // what needs no reload waits for nothing
  expect(nginx.watch.said()).toMatch(/a reload waits up to watch\.splay/);

  for (const [from, to] of [both, both.toReversed()] as [typeof nginx, typeof haproxy][]) {
    for (const node of 'abc') {
      const jar = await clientOf(from.kept.port, node);
      for (let again = 0; again < 5; again++) expect(await whoAnswers(to.kept.port, { jar })).toBe(node);
    }
  }
});

/** How a node joins so that a proxy has to be reloaded: nginx has to for each, HAProxy for one that stands in for others. */
const NEEDS_RELOAD = { nginx: {}, haproxy: { backup: true } };

test.each(['nginx', 'haproxy'] as const)('two %s on one etcd do not reload at one moment', async (name) => {
  const { etcd, join } = await startFour();
  const first = await balance(byName(name), etcd.endpoints, { splay: '4s', chance: 0.2 });
  const second = await balance(byName(name), etcd.endpoints, { splay: '4s', chance: 0.9 });
  const waits = Promise.all(
    [first, second].map(({ watch }) => watch.says(/a reload waits up to watch\.splay/)),
  );
  const changes = Promise.all([first, second].map(({ changed }) => changed()));
  const joined = performance.now();
  await join(NEEDS_RELOAD[name]);
  await waits;
  const saw = performance.now();
  const waited = (await changes).map((at) => Math.round(at - joined));
  stdout.write(
    `a node joins: both ${name} saw it within ${Math.round(saw - joined)} ms and reloaded after ${waited.join(' and ')} ms\n`,
  );
  const [early = 0, late = 0] = waited;
  expect(early).toBeGreaterThanOrEqual(800);
  expect(late).toBeGreaterThanOrEqual(3600);
  expect(late - early).toBeGreaterThan(1000);
  for (const { kept, watch } of [first, second]) {
    await untilNewClientsGetTo(kept.port, name === 'nginx' ? 'abc' : 'ab');
    expect(watch.said().match(/: reloaded: server c/g)).toHaveLength(1);
    expect(kept.text()).toMatch(/ c 127\.0\.0\.1:\d+|# c$/m);
  }
});

test('what HAProxy takes without a reload does not wait with one', async () => {
  const { etcd, join, put } = await startFour();
  const { kept, watch } = await balance(byName('haproxy'), etcd.endpoints, { splay: '1m', chance: 0.99 });
  const waits = watch.says(/a reload waits up to watch\.splay.*server c of todos was added: it is a backup/);
  await join(NEEDS_RELOAD.haproxy);
  await waits;
  const meanwhile = watch.says(/; meanwhile without it: server d of todos was added/);
  await put('d');
  await meanwhile;
  await untilNewClientsGetTo(kept.port, 'abd');
  expect(watch.said()).not.toContain('haproxy: reloaded');
});
