import SimpleDdp from 'simpleddp';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { certificate } from '../support/certificate.ts';
import type { MeteorNode } from '../support/cluster.ts';
import type { RunningProxy } from '../support/running-proxy.ts';
import { describeProxies } from '../support/stage.ts';

const CLIENTS = 24;

const clients: SimpleDdp[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.disconnect()));
});

/** A simpleddp client at an address of its own; it keeps no cookies and tries again as soon as it is cut off. */
const connectClient = async (port: number, localAddress: string, scheme = 'ws'): Promise<SimpleDdp> => {
  const client = new SimpleDdp({
    endpoint: `${scheme}://127.0.0.1:${port}/websocket`,
    SocketConstructor: class extends WebSocket {
      constructor(url: string) {
        super(url, { localAddress, ca: certificate });
      }
    },
    reconnectInterval: 50,
    autoConnect: false,
  });
  clients.push(client);
  await client.connect();
  return client;
};

const nodeOf = async (client: SimpleDdp): Promise<string> => (await client.call('whoami')).node;

const nextEvent = (client: SimpleDdp, event: 'connected' | 'ready'): Promise<void> =>
  new Promise((resolve) => {
    const listener = client.on(event, () => {
      listener.stop();
      resolve();
    });
  });

describeProxies('simpleddp', (stage) => {
  let nodes: MeteorNode[];
  let plain: RunningProxy;
  let tls: RunningProxy;
  beforeAll(async () => {
    nodes = await stage.nodes(3, { env: { HTTP_FORWARDED_COUNT: '1' } });
    plain = await stage.through(nodes);
    tls = await stage.through(nodes, {}, {}, { tls: true });
  });

  test.each(['ws', 'wss'])('over %s, calls methods, subscribes and gets documents', async (scheme) => {
    const client = await connectClient((scheme === 'ws' ? plain : tls).port, '127.0.9.9', scheme);
    const { node, ...seen } = await client.call('whoami');
    expect(nodes.map(({ id }) => id)).toContain(node);
    expect(seen).toMatchObject({ clientAddress: '127.0.9.9', protocol: 'websocket-raw' });
    await client.subscribe('anything').ready();
    const text = '100 % "ü" \u2028 \\ '.repeat(1_000);
    expect(await client.call('echo', text)).toBe(text);
    expect(await client.call('stream', 3)).toEqual({ sent: 3 });
    expect(client.collection('stream').fetch()).toMatchObject([{ index: 0 }, { index: 1 }, { index: 2 }]);
    expect(await nodeOf(client)).toBe(node);
  });

  test(`${CLIENTS} clients use several nodes, and each comes back to its own`, async () => {
    const started = await Promise.all(
      Array.from({ length: CLIENTS }, (_, client) => connectClient(plain.port, `127.0.${client + 1}.1`)),
    );
    const before = await Promise.all(started.map(nodeOf));
    expect(new Set(before).size).toBeGreaterThan(1);
    await Promise.all(started.map((client) => client.disconnect()));
    for (const client of started.toReversed()) await client.connect();
    expect(await Promise.all(started.map(nodeOf))).toEqual(before);
  });

  test('whose node is killed goes on with another one, its subscription too', async () => {
    const client = await connectClient(plain.port, '127.0.8.8');
    await client.subscribe('anything').ready();
    const first = await nodeOf(client);
    const again = [nextEvent(client, 'connected'), nextEvent(client, 'ready')];
    const dead = nodes.find(({ id }) => id === first);
    await dead?.kill();
    await Promise.all(again);
    expect(await nodeOf(client)).not.toBe(first);
    expect(await client.call('echo', 'still here')).toBe('still here');
    await dead?.restart();
  });
});
