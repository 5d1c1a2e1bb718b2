import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { type MeteorNode, startNodes, stopAll } from './cluster.ts';
import { createCookieJar } from './cookie-jar.ts';
import { sendRequest } from './http-client.ts';
import { runSession } from './run-session.ts';
import { openSession, type Transport } from './sockjs-session.ts';

const polling = ['xhr', 'xhr_streaming', 'eventsource', 'htmlfile', 'jsonp'] as const satisfies Transport[];
const sockets = ['websocket', 'raw-websocket'] as const satisfies Transport[];
const hashOf = (text: string) => createHash('sha1').update(text).digest('hex');

describe('one node', () => {
  let nodes: MeteorNode[];
  let port: number;
  beforeAll(async () => {
    nodes = await startNodes(['solo'], { path: '/panel', env: { HTTP_FORWARDED_COUNT: '1' } });
    port = nodes[0]?.port ?? 0;
  });
  afterAll(() => stopAll(nodes));

  test.each([...sockets, ...polling])('%s keeps its session', async (transport) => {
    expect(await runSession(transport, { port, path: '/panel' })).toEqual({
      transport,
      node: 'solo',
      lost: false,
      nodesSeen: ['solo'],
    });
  });

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', null],
  ])('X-Forwarded-For %s gives the client address %s', async (forwardedFor, clientAddress) => {
    const headers = { 'X-Forwarded-For': forwardedFor };
    const session = await openSession('websocket', { port, path: '/panel', headers });
    expect(await session.call('whoami')).toMatchObject({
      clientAddress,
      headers: { 'x-forwarded-for': forwardedFor },
    });
    await session.close();
    expect(await session.closed).toBe('closed by the client');
  });

  test.each(['websocket', 'xhr_streaming'] as const)(
    'stream sends numbered messages over %s',
    async (transport) => {
      const session = await openSession(transport, { port, path: '/panel' });
      const indexes: unknown[] = [];
      session.listen(({ fields }) => fields && indexes.push((fields as { index: number }).index));
      expect(await session.call('stream', 3, 5)).toEqual({ sent: 3 });
      await session.close();
      expect(indexes).toEqual([0, 1, 2]);
    },
  );

  test('a session hears that its node died', async () => {
    const [node] = await startNodes(['mortal']);
    if (!node) throw new Error('no node');
    const sessions = await Promise.all(
      (['websocket', 'xhr', 'eventsource'] as const).map((transport) =>
        openSession(transport, { port: node.port }),
      ),
    );
    await node.kill();
    for (const reason of await Promise.all(sessions.map(({ closed }) => closed)))
      expect(reason).toMatch(/closed with 1006|ECONNRESET|ECONNREFUSED/);

    await node.restart({ version: 'v2' });
    const { headers } = await sendRequest(node, '/__browser/manifest.json');
    expect(headers.etag).toBe('"v2"');
    await node.stop();
  });

  test.each([
    ['/__browser/manifest.json', 200, { etag: '"v1"' }, '"version":"v1"'],
    [
      `/${hashOf('v1js')}.js?meteor_js_resource=true`,
      200,
      { 'cache-control': 'max-age=31536000' },
      'js of v1',
    ],
    [`/${hashOf('v1css')}.css?meteor_css_resource=true`, 200, { vary: 'User-Agent' }, 'css of v1'],
    [`/${hashOf('v0js')}.js?meteor_js_resource=true`, 404, { 'cache-control': 'no-cache' }, ''],
    [
      `/${hashOf('v0css')}.css?meteor_css_resource=true`,
      200,
      { 'cache-control': 'no-cache' },
      'not-found-error',
    ],
    ['/any/page', 200, { 'content-type': 'text/html; charset=utf-8' }, 'data-node="solo"'],
    ['/websocket', 400, {}, 'Not a valid websocket request'],
  ])('GET %s answers %i', async (url, status, headers, body) => {
    const answer = await sendRequest({ port, path: '/panel' }, url);
    expect(answer).toMatchObject({ status, headers: { ...headers, 'x-test-node': 'solo' } });
    expect(answer.body).toContain(body);
  });

  test('uploads are counted, headers are shown, and paths outside the prefix are unknown', async () => {
    const target = { port, path: '/panel', hostHeader: 'shop.example', localAddress: '127.0.1.7' };
    const upload = await sendRequest(target, '/upload', { method: 'POST', body: Buffer.alloc(3_000_000) });
    expect(JSON.parse(upload.body)).toEqual({ bytes: 3_000_000, node: 'solo' });

    await sendRequest(target, '/headers');
    const shown = JSON.parse((await sendRequest(target, '/headers?x=1')).body);
    expect(shown).toMatchObject({
      node: 'solo',
      headers: { host: 'shop.example' },
      url: '/panel/headers?x=1',
      count: 2,
    });

    expect(await sendRequest({ port }, '/headers')).toMatchObject({ status: 404, body: 'Unknown path' });
  });
});

test('a node listens on a socket, and again after it was killed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'meteor-node-'));
  const nodes = await startNodes(1, { socket: (id) => join(directory, `${id}.sock`) });
  await nodes[0]?.restart();
  const [response] = await once(
    get({ socketPath: join(directory, 'a.sock'), path: '/', agent: false }),
    'response',
  );
  expect(response.headers['x-test-node']).toBe('a');
  response.resume();
  await nodes[0]?.stop();
  await rm(directory, { recursive: true });
});

test('a node that cannot start says why', async () => {
  await expect(startNodes(['a'], { host: '0.0.0.0' })).rejects.toThrow(/not a loopback address/);
});

describe('two nodes that take turns by connection', () => {
  let nodes: MeteorNode[];
  let turnstile: Server;
  let port: number;
  beforeAll(async () => {
    nodes = await startNodes(2);
    turnstile = await startTurnstile(nodes);
    port = (turnstile.address() as AddressInfo).port;
  });
  afterAll(async () => {
    turnstile.close();
    await stopAll(nodes);
  });

  test.each(sockets)('%s does not mind', async (transport) => {
    expect(await runSession(transport, { port })).toMatchObject({ lost: false });
  });

  test.each(['websocket', 'xhr'] as const)(
    'over %s a node sees the address the client has',
    async (transport) => {
      const session = await openSession(transport, { port: nodes[0]?.port ?? 0, localAddress: '127.0.1.7' });
      expect(await session.call('whoami')).toMatchObject({ node: 'a', clientAddress: '127.0.1.7' });
      await session.close();
    },
  );

  test.each(polling)('%s loses its session', async (transport) => {
    const report = await runSession(transport, { port });
    expect(report).toMatchObject({ lost: true });
    expect(report.why).toMatch(/_send answered 404|second "o" frame|the node changed/);
  });
});

const startTurnstile = async (nodes: readonly MeteorNode[]): Promise<Server> => {
  let turn = 0;
  const server = createServer((client) => {
    const { host, port } = nodes[turn++ % nodes.length] as MeteorNode;
    const upstream = connect(port, host);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

test('the cookie jar replaces and expires cookies', () => {
  const jar = createCookieJar();
  jar.store([
    'lb=a=1; Path=/; HttpOnly',
    'other=2; Max-Age=60',
    'old=3; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  ]);
  expect(jar.header()).toBe('lb=a=1; other=2');
  jar.store(['lb=b', 'other=; max-age=0']);
  expect(jar.header()).toBe('lb=b');
  expect(jar.get('other')).toBeUndefined();
});

test('a WebSocket handshake fills the jar, and silence after it loses the session', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('headers', (headers) => headers.push('Set-Cookie: lb=a; Path=/'));
  await once(server, 'listening');
  const jar = createCookieJar();
  const { port } = server.address() as AddressInfo;
  const report = await runSession('raw-websocket', { port, jar, callTimeoutMs: 100 });
  expect(report).toMatchObject({ lost: true, why: 'no answer to connect within 100 ms', nodesSeen: [] });
  expect(jar.header()).toBe('lb=a');
  server.close();
});
