import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { freePorts } from '../support/free-port.ts';
import { sendRequest } from '../support/http-client.ts';
import { runSession } from '../support/run-session.ts';
import { nodesOf } from '../support/running-proxy.ts';
import { describeProxies } from '../support/stage.ts';

const bundle = (version: string, kind: 'js' | 'css') =>
  `/${createHash('sha1').update(`${version}${kind}`).digest('hex')}.${kind}?meteor_${kind}_resource=true`;

describeProxies('what else a client meets', (stage) => {
  let nodes: MeteorNode[];
  beforeAll(async () => {
    nodes = await stage.nodes(2);
  });

  describe('several apps', () => {
    test('are told apart by domain and path, and an unknown name is answered with 404', async () => {
      const [panel] = await stage.nodes(1, { path: '/panel' });
      const [wild] = await stage.nodes(1);
      const { port } = await stage.through(
        [],
        { domains: ['todos.example.com', 'www.todos.example.com'], nodes: nodesOf(nodes) },
        {
          apps: {
            todos: { domains: ['todos.example.com', 'www.todos.example.com'], nodes: nodesOf(nodes) },
            panel: {
              domains: ['todos.example.com'],
              path: '/panel',
              nodeHeader: 'X-Node',
              nodes: [{ ...nodesOf([panel as MeteorNode])[0], id: 'p' }],
            },
            wild: {
              domains: ['*.example.com'],
              nodeHeader: 'X-Node',
              nodes: [{ ...nodesOf([wild as MeteorNode])[0], id: 'w' }],
            },
          },
        },
      );
      const at = async (hostHeader: string, url: string) => {
        const { status, headers, node } = await sendRequest({ port, hostHeader }, url);
        return [status, headers['x-node'] ?? (node === null ? null : 'todos')];
      };
      expect(await at('todos.example.com', '/')).toEqual([200, 'todos']);
      expect(await at('WWW.todos.example.com:8080', '/panels')).toEqual([200, 'todos']);
      expect(await at('todos.example.com', '/panel')).toEqual([200, 'p']);
      expect(await at('todos.example.com', '/panel/x')).toEqual([200, 'p']);
      expect(await at('www.todos.example.com', '/panel/x')).toEqual([200, 'todos']);
      expect(await at('other.example.com', '/')).toEqual([200, 'w']);
      expect(await at('example.org', '/')).toEqual([404, null]);
      for (const jar of [createCookieJar(), undefined]) {
        const session = { port, hostHeader: 'todos.example.com', path: '/panel', ...(jar ? { jar } : {}) };
        expect(await runSession('xhr', session)).toMatchObject({ lost: false, node: 'a' });
      }
    });
  });

  describe('limits and failures', () => {
    test('a body over the limit is answered with 413, one below it arrives', async () => {
      const { port } = await stage.through(nodes, { limits: { body: '64KB' } });
      const post = (bytes: number) =>
        sendRequest({ port }, '/upload', { method: 'POST', body: Buffer.alloc(bytes) });
      expect((await post(64 * 1024 + 1)).status).toBe(413);
      const fits = await post(64 * 1024);
      expect([fits.status, JSON.parse(fits.body)]).toMatchObject([200, { bytes: 64 * 1024 }]);
    });

    test('while no node answers, browsers get the maintenance page, and SockJS does not', async () => {
      const page = join(tmpdir(), `meteor-lb-maintenance-${process.pid}.html`);
      await writeFile(page, '<h1>Back soon</h1>');
      const [lonely] = await stage.nodes(1);
      for (const stickiness of ['cookie', 'ip_hash']) {
        const { port } = await stage.through([lonely as MeteorNode], {
          stickiness,
          maintenance: { page },
          health: { interval: '100ms', timeout: '100ms' },
        });
        const jar = createCookieJar();
        expect((await sendRequest({ port, jar }, '/')).status).toBe(200);
        await lonely?.kill();
        // HAProxy takes the node out at the second refusal.
        await sendRequest({ port, jar }, '/');
        await sendRequest({ port, jar }, '/');
        for (const client of [{ port, jar }, { port }]) {
          const answer = await sendRequest(client, '/some/page');
          expect(answer).toMatchObject({ status: 503, body: '<h1>Back soon</h1>' });
          expect(answer.headers).toMatchObject({
            'content-type': 'text/html',
            'cache-control': 'no-store',
            'retry-after': '30',
          });
          const sockjs = await sendRequest(client, '/sockjs/123/abcdefgh/xhr', { method: 'POST' });
          expect([502, 503]).toContain(sockjs.status);
          expect(sockjs.body).not.toContain('Back soon');
        }
        await lonely?.restart();
      }
    });

    test('an app without nodes is answered with 503', async () => {
      const { port } = await stage.through([], { nodes: [], inventory: [{ command: ['true'] }] });
      expect((await sendRequest({ port }, '/')).status).toBe(503);
    });
  });

  describe('hashed bundles', () => {
    test('a hit is kept in the proxy; a miss, or another path, is not', async () => {
      const { port } = await stage.through(nodes, { assets: { cache: true } });
      const js = bundle('v1', 'js');
      const first = await sendRequest({ port }, js);
      expect([first.status, first.body]).toEqual([200, '/* js of v1 */']);
      const again = await sendRequest({ port, headers: { 'User-Agent': 'another' } }, js);
      expect(again).toMatchObject({ status: 200, body: first.body, node: first.node });
      expect(again.headers['set-cookie']).toBeUndefined();

      const [gone, alive] = nodes;
      await gone?.kill();
      await alive?.kill();
      expect(await sendRequest({ port }, js)).toMatchObject({ status: 200, body: first.body });
      expect((await sendRequest({ port }, bundle('v1', 'css'))).status).toBeGreaterThanOrEqual(500);
      await gone?.restart();
      await alive?.restart();
    });

    test('a miss during a rolling deploy is tried on another node, and is never kept', async () => {
      const [old, other] = await stage.nodes(2);
      const next = other as MeteorNode;
      await next.kill();
      await next.restart({ version: 'v2' });
      const app = { assets: { cache: true }, balance: 'round-robin' };
      const { port } = await stage.through([old as MeteorNode, next], app);
      const missing = `/${'0'.repeat(40)}.js?meteor_js_resource=true`;
      for (let i = 0; i < 4; i++) {
        expect(
          await sendRequest({ port, headers: { 'Accept-Encoding': `x${i}` } }, bundle('v2', 'js')),
        ).toMatchObject({ status: 200 });
        expect((await sendRequest({ port }, missing)).status).toBe(404);
      }
      // Its stylesheet is answered with 200 where it is missing: that is passed on, and not kept.
      const seen = new Set<string>();
      for (let i = 0; i < 8; i++)
        seen.add((await sendRequest({ port }, `/${'1'.repeat(40)}.css?meteor_css_resource=true`)).body);
      expect([...seen]).toEqual(['.meteor-css-not-found-error { width: 0px;}']);
    });
  });

  describe('listeners', () => {
    test('TLS with HTTP/2 offered, HSTS, a Secure cookie, and a redirect from http', async () => {
      const [plain = 0] = await freePorts(1);
      const [https = 0] = await freePorts(1);
      const proxy = await stage.through(nodes);
      const certificate = join(proxy.folder, 'certificate.pem');
      const listen = [
        { address: '127.0.0.1', port: proxy.port },
        { address: '127.0.0.1', port: plain, redirect: 'https' },
        { address: '127.0.0.1', port: https, tls: { certificate, hsts: '180d' } },
      ];
      await proxy.restart({ domains: ['todos.example.com'], nodes: nodesOf(nodes) }, { listen });
      const hostHeader = 'todos.example.com';
      const redirect = await sendRequest({ port: plain, hostHeader: `${hostHeader}:${plain}` }, '/a?b=c');
      expect([redirect.status, redirect.headers.location]).toEqual([
        301,
        `https://todos.example.com:${https}/a?b=c`,
      ]);
      expect((await sendRequest({ port: plain, hostHeader: 'evil.example.org' }, '/')).status).toBe(404);
      const secure = await sendRequest({ port: https, tls: true, hostHeader }, '/');
      expect(secure.status).toBe(200);
      expect(secure.headers['strict-transport-security']).toBe('max-age=15552000');
      const jar = createCookieJar();
      for (const transport of ['websocket', 'xhr'] as const) {
        expect(await runSession(transport, { port: https, tls: true, hostHeader, jar })).toMatchObject({
          lost: false,
        });
      }
    });

    test('TCP passes WebSockets through', async () => {
      const [tcp = 0] = await freePorts(1);
      const proxy = await stage.through(nodes);
      const listen = [
        { address: '127.0.0.1', port: proxy.port },
        { address: '127.0.0.1', port: tcp, mode: 'tcp', app: 'todos' },
      ];
      await proxy.restart({ nodes: nodesOf(nodes) }, { listen });
      const seen = new Set<string>();
      for (let client = 1; client <= 12; client++) {
        const report = await runSession('raw-websocket', { port: tcp, localAddress: `127.0.${client}.1` });
        expect(report.lost).toBe(false);
        seen.add(report.node);
      }
      expect(seen).toEqual(new Set(['a', 'b']));
    });
  });

  test('nodes on Unix sockets are reached, and a header names the node where asked for', async () => {
    const sockets = await stage.nodes(2, {
      socket: (id) => join(tmpdir(), `meteor-lb-${process.pid}-${stage.proxy.version}-${id}.sock`),
    });
    const proxy = await stage.through(sockets, { nodeHeader: 'X-Node' });
    const jar = createCookieJar();
    const { node } = await runSession('xhr', { port: proxy.port, jar });
    const { headers } = await sendRequest({ port: proxy.port, jar }, '/');
    expect(headers['x-node']).toBe(node);
    expect(await proxy.log()).toMatch(new RegExp(`${node}.*stick=cookie|todos/${node} .*stick=cookie`));
  });
});
