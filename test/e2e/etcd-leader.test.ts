import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stdout } from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createCookieJar } from '../support/cookie-jar.ts';
import { startEtcd } from '../support/etcd.ts';
import { untilReady, whoAnswers } from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { serveKeptProxy } from '../support/kept-proxy.ts';
import { proxiesUnderTest } from '../support/proxies.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 180_000 });

const CHANGES = 50;

test.each(proxiesUnderTest().map((proxy) => [`${proxy.proxy} ${proxy.version}`, proxy] as const))(
  '%s: of 50 changes in etcd, in the middle of which the leader is killed, none is lost',
  async (name, proxy) => {
    const hosts = Array.from({ length: CHANGES }, (_, index) => `127.0.1.${index + 1}`);
    const first = await serveNode('127.0.2.1', 0);
    for (const host of hosts) await serveNode(host, first.port);
    const etcd = await startEtcd(3);
    onTestFinished(etcd.stop);
    await etcd.put('/todos/first', `127.0.2.1:${first.port}`);
    const leader = await etcd.leader();
    const others = etcd.members.filter((member) => member !== leader);
    // The balancer follows the leader, so that its own stream ends, too.
    const endpoints = [leader, ...others].map(({ endpoint }) => endpoint);
    const kept = await serveKeptProxy({
      proxy,
      nodes: [],
      parts: { watch: { settle: '50ms', oldWorkers: 60 } },
      app: { inventory: [{ etcd: { endpoints, prefix: '/todos' } }] },
    });
    onTestFinished(kept.stop);
    const [status = 0] = await freePorts(1);
    const watch = kept.start(['watch', '--reload', '--status', `127.0.0.1:${status}`]);
    await untilReady(status);
    const client = clientThatStays(kept.port);

    const started = performance.now();
    let killed = started;
    for (const [index, host] of hosts.entries()) {
      if (index === CHANGES / 2) {
        killed = performance.now();
        await leader.kill();
      }
      const endpoint = others[index % 2]?.endpoint ?? '';
      const put = () => etcd.put(`/todos/n${index}`, `${host}:${first.port}`, { endpoint });
      await until(() => put().then(yes, no), 30_000);
    }
    const written = performance.now();
    await until(async () => hosts.every((host) => kept.text().includes(`${host}:${first.port}`)), 60_000);
    const published = performance.now();
    const missing = new Set(hosts);
    await until(async () => {
      for (let asked = 0; asked < 100; asked++) missing.delete(await whoAnswers(kept.port));
      return missing.size === 0;
    }, 60_000);
    await untilReady(status);
    const { requests, failed, nodes } = await client.leave();
    const reloads = watch.said().match(/: reloaded/g)?.length ?? 0;
    stdout.write(
      `${name}: ${CHANGES} changes written in ${seconds(written - started)}, ${seconds(written - killed)} of it after the leader was killed; ` +
        `all published ${seconds(published - written)} later; ${reloads} reloads; ${requests} requests of a client, ${failed} failed\n`,
    );
    expect(kept.text()).toContain(`127.0.2.1:${first.port}`);
    expect(failed).toBe(0);
    expect(nodes).toEqual(new Set(['127.0.2.1']));
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
  },
);

/** A node at an address of its own, which is what it calls itself. */
const serveNode = async (host: string, port: number): Promise<{ readonly port: number }> => {
  const server = createServer((_, response) => response.writeHead(200, { 'x-test-node': host }).end('ok'));
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port };
};

/** A client with a cookie that asks again and again until it is told to leave. */
const clientThatStays = (port: number) => {
  const jar = createCookieJar();
  const nodes = new Set<string>();
  let requests = 0;
  let failed = 0;
  let leaving = false;
  const asking = (async () => {
    while (!leaving) {
      requests++;
      await whoAnswers(port, { jar }).then(
        (node) => nodes.add(node),
        () => failed++,
      );
    }
  })();
  return {
    leave: async () => {
      leaving = true;
      await asking;
      return { requests, failed, nodes };
    },
  };
};

const yes = () => true;
const no = () => false;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
