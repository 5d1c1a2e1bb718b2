import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { sendRequest } from '../support/http-client.ts';
import { installedProxies } from '../support/proxies.ts';
import { nodesOf } from '../support/running-proxy.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';
import { until } from '../support/until.ts';

const CLIENTS = 60;

describeProxies('who sticks to what when the cluster changes', (stage) => {
  let nodes: MeteorNode[];
  beforeAll(async () => {
    nodes = await stage.nodes(5);
  });

  /** The node of each of many clients, who keep their cookies. */
  const visit = async (port: number, jars: ReturnType<typeof createCookieJar>[]) =>
    Promise.all(jars.map(async (jar) => (await sendRequest({ port, jar }, '/')).node));

  const visitByAddress = async (port: number, url = '/') =>
    Promise.all(
      Array.from(
        { length: CLIENTS },
        async (_, client) => (await sendRequest({ port, localAddress: `127.0.${client + 1}.1` }, url)).node,
      ),
    );

  test('cookie: more nodes, fewer, another order, a restart and a second balancer move nobody', async () => {
    const four = nodes.slice(0, 4);
    const proxy = await stage.through(four);
    const jars = Array.from({ length: CLIENTS }, createCookieJar);
    const before = await visit(proxy.port, jars);
    expect(new Set(before).size).toBe(4);

    await proxy.restart({ nodes: nodesOf(nodes).reverse() });
    expect(await visit(proxy.port, jars)).toEqual(before);

    await proxy.restart({ nodes: nodesOf(four) });
    expect(await visit(proxy.port, jars)).toEqual(before);

    const second = await stage.through(nodes);
    expect(await visit(second.port, jars)).toEqual(before);
  });

  test('cookie: nginx and HAProxy know one another’s', async () => {
    const jars = Array.from({ length: 20 }, createCookieJar);
    const first = await stage.through(nodes);
    const before = await visit(first.port, jars);
    const other = installedProxies().find(({ proxy }) => proxy !== stage.proxy.proxy);
    const second = await stage.through(nodes, {}, {}, other ? { proxy: other } : {});
    expect(await visit(second.port, jars)).toEqual(before);
  });

  test.each(['ip_hash', 'sockjs'])(
    '%s: a fifth node moves a share of the clients, and another order none',
    async (stickiness) => {
      const proxy = await stage.through(nodes.slice(0, 4), { stickiness });
      const before = await visitByAddress(proxy.port);
      expect(new Set(before).size).toBe(4);
      await proxy.restart({ stickiness, nodes: nodesOf(nodes.slice(0, 4)).reverse() });
      expect(await visitByAddress(proxy.port)).toEqual(before);
      await proxy.restart({ stickiness, nodes: nodesOf(nodes) });
      const after = await visitByAddress(proxy.port);
      const moved = after.filter((node, client) => node !== before[client]);
      expect(moved.length).toBeLessThan(CLIENTS * 0.45); // 1 in 5, and noise; all but 1 in 5 would move by modulo
      expect(new Set(moved)).toEqual(new Set(['e'])); // to the new node alone
      await proxy.restart({ stickiness, nodes: nodesOf(nodes.slice(0, 4)) });
      expect(await visitByAddress(proxy.port)).toEqual(before);
    },
  );

  test('drain: a node keeps the clients it has and gets no new ones', async () => {
    const proxy = await stage.through(nodes.slice(0, 3));
    const jars = Array.from({ length: CLIENTS }, createCookieJar);
    const before = await visit(proxy.port, jars);
    expect(before).toContain('a');
    const draining = nodesOf(nodes.slice(0, 3)).map((node, index) =>
      index === 0 ? { ...node, state: 'drain' } : node,
    );
    await proxy.restart({ nodes: draining });
    expect(await visit(proxy.port, jars)).toEqual(before);
    const fresh = await visit(proxy.port, Array.from({ length: CLIENTS }, createCookieJar));
    expect(new Set(fresh)).toEqual(new Set(['b', 'c']));
  });

  if (stage.proxy.proxy === 'haproxy' && !stage.proxy.version.startsWith('2.')) {
    test('drain, reloaded: who polls without a cookie stays, too', async () => {
      const three = nodes.slice(0, 3);
      const proxy = await stage.through(three, { nodeHeader: 'X-Before' });
      const sessions = await Promise.all(
        Array.from({ length: 12 }, () => openSession('xhr', { port: proxy.port })),
      );
      const [first] = sessions;
      await proxy.reload({
        nodeHeader: 'X-After',
        nodes: nodesOf(three).map((node, index) =>
          three[index]?.id === first?.node ? { ...node, state: 'drain' } : node,
        ),
      });
      await until(async () => 'x-after' in (await sendRequest({ port: proxy.port }, '/')).headers);
      // The old worker hands its table on a moment after the new one serves.
      await until(async () => (await tableSize(proxy.folder)) >= sessions.length);
      for (const session of sessions) expect(await session.call('echo', 'still here')).toBe('still here');
      await Promise.all(sessions.map((session) => session.close()));
    });
  }

  test('down: a node gets nothing, and its clients another node', async () => {
    const proxy = await stage.through(nodes.slice(0, 3));
    const jars = Array.from({ length: CLIENTS }, createCookieJar);
    await visit(proxy.port, jars);
    const down = nodesOf(nodes.slice(0, 3)).map((node, index) =>
      index === 0 ? { ...node, state: 'down' } : node,
    );
    await proxy.restart({ nodes: down });
    const after = await visit(proxy.port, jars);
    expect(new Set(after)).toEqual(new Set(['b', 'c']));
    expect(await visit(proxy.port, jars)).toEqual(after);
  });

  describe('weights and backups', () => {
    test('a node of weight 3 gets more new clients than one of weight 1', async () => {
      const [light, heavy] = nodesOf(nodes.slice(0, 2));
      const { port } = await stage.through([], {
        nodes: [light, { ...heavy, weight: 3 }],
        balance: 'round-robin',
      });
      const seen: (string | null)[] = [];
      for (let i = 0; i < 40; i++) seen.push((await sendRequest({ port }, '/')).node);
      expect(seen.filter((node) => node === 'b').length).toBeGreaterThan(24);
    });

    test.each(['cookie', 'sockjs', 'ip_hash', 'none'])(
      '%s: a backup gets clients while no other node can take them',
      async (stickiness) => {
        const [main, spare] = await stage.nodes(2);
        const [first, second] = nodesOf([main as MeteorNode, spare as MeteorNode]);
        const { port } = await stage.through([], { stickiness, nodes: [first, { ...second, backup: true }] });
        for (let i = 0; i < 5; i++) expect((await sendRequest({ port }, '/')).node).toBe('a');
        await main?.kill();
        expect(await sendRequest({ port }, '/')).toMatchObject({ status: 200, node: 'b' });
        expect(await sendRequest({ port }, '/upload', { method: 'POST', body: 'x' })).toMatchObject({
          status: 200,
          node: 'b',
        });
      },
    );
  });
});

/** How many clients HAProxy's table of those without a cookie has. */
const tableSize = async (folder: string): Promise<number> => {
  const socket = connect(join(folder, 'haproxy.sock'));
  socket.write('show table todos.keyed\n');
  return Number(/used:(\d+)/.exec(await text(socket))?.[1] ?? 0);
};
