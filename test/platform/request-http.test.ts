import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requestHttp } from '../../src/platform/request-http.ts';
import type { HttpRequest } from '../../src/platform/system.ts';
import { certificate } from '../support/certificate.ts';

const start = async (server: Server, at: { port: 0; host: string } | { path: string }) => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(at);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address() as AddressInfo | string;
  return typeof address === 'string' ? { socket: address } : { host: address.address, port: address.port };
};

/** Answers with a text as soon as a request has come, and notes what came. */
const answering = (answer: string, seen: string[] = []) =>
  createServer((socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.endsWith('\r\n\r\n')) return;
      seen.push(text);
      socket.end(answer);
    });
  });

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const request = (to: HttpRequest['to'], more: Partial<HttpRequest> = {}) =>
  requestHttp({ to, path: '/a?b', headers: { host: 'meteor-lb.invalid' }, timeoutMs: 5000, ...more });

test.each(['127.0.0.1', '::1'])('a server on %s is asked, with the host that was given', async (host) => {
  const seen: string[] = [];
  const to = await start(answering(OK, seen), { port: 0, host });
  expect(await request(to)).toEqual({ status: 200, body: 'hi' });
  expect(seen[0]).toMatch(/^GET \/a\?b HTTP\/1\.1\r\n/);
  expect(seen[0]).toMatch(/^host: meteor-lb\.invalid\r$/im);
  expect(seen[0]).toMatch(/^connection: close\r$/im);
});

test('a server on a Unix socket is asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-http-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const to = await start(answering(OK), { path: join(folder, 'socket') });
  expect(await request(to)).toEqual({ status: 200, body: 'hi' });
});

const tlsServer = (seen: { name: string | false | null; protocol: string | false | null }[]) =>
  createTlsServer(
    { cert: certificate, key: certificate, ALPNProtocols: ['h2', 'http/1.1'] },
    (socket: TLSSocket & { servername?: string | false | null }) => {
      seen.push({ name: socket.servername ?? null, protocol: socket.alpnProtocol });
      socket.on('error', () => {});
      socket.once('data', () => socket.end(OK));
    },
  );

test('by TLS any certificate is taken, the name is asked for, and HTTP/1.1 is spoken', async () => {
  const seen: Parameters<typeof tlsServer>[0] = [];
  const to = await start(tlsServer(seen), { port: 0, host: '127.0.0.1' });
  expect(await request(to, { tls: 'generation.meteor-lb.invalid' })).toEqual({ status: 200, body: 'hi' });
  expect(seen).toEqual([{ name: 'generation.meteor-lb.invalid', protocol: 'http/1.1' }]);
});

describe('what comes before everything else', () => {
  const PREAMBLE = 'PROXY TCP4 127.0.0.1 127.0.0.1 1 80\r\n';

  test('is before the request', async () => {
    const seen: string[] = [];
    const to = await start(answering(OK, seen), { port: 0, host: '127.0.0.1' });
    await request(to, { preamble: PREAMBLE });
    expect(seen[0]?.startsWith(`${PREAMBLE}GET /a?b`)).toBe(true);
  });

  test('is before TLS, too', async () => {
    const seen: Parameters<typeof tlsServer>[0] = [];
    const tls = tlsServer(seen);
    let before = '';
    const server = createServer((socket) => {
      socket.once('readable', () => {
        before = String(socket.read(PREAMBLE.length));
        tls.emit('connection', socket);
      });
    });
    const to = await start(server, { port: 0, host: '127.0.0.1' });
    expect(await request(to, { preamble: PREAMBLE, tls: 'a.invalid' })).toEqual({ status: 200, body: 'hi' });
    expect(before).toBe(PREAMBLE);
  });
});

describe('who does not answer in time is given up', () => {
  test.each([
    ['says nothing', () => {}],
    ['stops in the head', (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-')],
    [
      'stops in the body',
      (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
    ],
  ])('where it %s', async (_what, answer) => {
    const to = await start(createServer(answer), { port: 0, host: '127.0.0.1' });
    await expect(request(to, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  test('where it speaks no TLS', async () => {
    const to = await start(createServer(), { port: 0, host: '127.0.0.1' });
    await expect(request(to, { timeoutMs: 100, tls: 'a.invalid' })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
  });
});

test.each([
  ['closes at once', (socket: Socket) => void socket.end()],
  [
    'closes in the body',
    (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
  ],
  ['speaks something else', (socket: Socket) => void socket.end('SSH-2.0-OpenSSH\r\n')],
])('a server that %s gives an error', async (_what, answer) => {
  const to = await start(createServer(answer), { port: 0, host: '127.0.0.1' });
  await expect(request(to)).rejects.toThrow();
});

test('where nobody listens, the error of the system says so', async () => {
  const server = createServer();
  const to = await start(server, { port: 0, host: '127.0.0.1' });
  server.close();
  await once(server, 'close');
  await expect(request(to)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('no more than about 64 KB of an endless answer is read', async () => {
  const server = createServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const more = (): void => {
      if (socket.write('x'.repeat(10_000))) setImmediate(more);
      else socket.once('drain', more);
    };
    more();
  });
  const to = await start(server, { port: 0, host: '127.0.0.1' });
  const { status, body } = await request(to);
  expect(status).toBe(200);
  expect(body.length).toBeGreaterThan(64 * 1024);
  expect(body.length).toBeLessThan(200 * 1024);
});
