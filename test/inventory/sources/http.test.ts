import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { SourceOf } from '../../../src/cluster/schema/source.ts';
import { httpSource } from '../../../src/inventory/sources/http/http-source.ts';
import { nodeSystem } from '../../../src/platform/node-system.ts';
import { certificate } from '../../support/certificate.ts';

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-http-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  await rm(folder, { recursive: true, force: true });
});

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/nodes`;
};
const open = (http: string, more: Omit<SourceOf<'http'>, 'http'> = {}) => {
  const source = httpSource({ http, ...more }, (path) => join(folder, path));
  return async (signal = new AbortController().signal) => {
    const { entries, problems } = await source.ask(nodeSystem, signal);
    return { entries, told: problems.map(({ message }) => message).join() };
  };
};
const LIST = '["10.0.0.1:3000",{"id":"b","host":"10.0.0.2","port":3000}]';

test('a list is read, and asked for again by its ETag', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers['if-none-match']);
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"1"' }).end(LIST);
  });
  const ask = open(url);
  const first = await ask();
  expect(first.entries).toMatchObject([{ host: '10.0.0.1' }, { id: 'b' }]);
  expect(await ask()).toEqual(first);
  expect(asked).toEqual([undefined, '"1"']);
});

test('an answer that is no list is not asked for by its ETag', async () => {
  let body = '{"error":"later"}';
  const url = await serve((request, response) => {
    if (request.headers['if-none-match']) response.writeHead(304).end();
    else response.writeHead(200, { etag: '"1"' }).end(body);
  });
  const ask = open(url);
  expect((await ask()).entries).toBeNull();
  body = '[]';
  expect((await ask()).entries).toEqual([]);
});

test('the token of a file is sent, as it is now', async () => {
  const url = await serve((request, response) =>
    response.writeHead(request.headers.authorization === 'Bearer two' ? 200 : 401).end(LIST),
  );
  const ask = open(url, { tokenFile: 'token' });
  expect((await ask()).told).toContain('token can not be read');
  await writeFile(join(folder, 'token'), 'one\n');
  expect((await ask()).told).toBe(`${url} answers with status 401`);
  await writeFile(join(folder, 'token'), 'two\n');
  expect((await ask()).entries).toHaveLength(2);
  await writeFile(join(folder, 'token'), 'two\r\nhost: other\r\n');
  expect((await ask()).told).toContain('holds no token');
});

test.each<[string, RequestListener, string]>([
  ['answers with an error', (_, response) => response.writeHead(503).end(LIST), 'answers with status 503'],
  [
    'answers with a redirect',
    (_, response) => response.writeHead(302, { location: '/other?key=secret' }).end(),
    '/other',
  ],
  ['answers 304 though nothing is known', (_, response) => response.writeHead(304).end(), 'status 304'],
  ['answers with a page', (_, response) => response.end('<html>welcome</html>'), ''],
  ['closes the connection', (request) => request.socket.destroy(), 'the connection was closed'],
  ['never answers', () => {}, 'no answer in time'],
  ['never ends', (_, response) => response.writeHead(200).write('['), 'no answer in time'],
  [
    'breaks off',
    (_, response) => response.writeHead(200, { 'content-length': 100 }).write(LIST, () => response.destroy()),
    '',
  ],
  ['answers too much', (_, response) => response.end(Buffer.alloc(17 << 20, '#')), 'the answer is too large'],
])('a server that %s gives no list', async (_what, listener, told) => {
  const isSilent = told === 'no answer in time';
  const answer = await open(await serve(listener), { timeout: isSilent ? 500 : 20_000 })();
  expect(answer.entries).toBeNull();
  expect(answer.told).toContain(told);
  expect(answer.told).not.toContain('secret');
});

test('no server gives no list', async () => {
  const url = await serve(() => {});
  const [server] = servers.splice(0);
  server?.close();
  expect(await open(url)()).toEqual({ entries: null, told: `${url}: connection refused` });
});

test('the token of a variable is sent', async () => {
  const url = await serve((request, response) =>
    response.writeHead(request.headers.authorization === 'Bearer of-variable' ? 200 : 401).end(LIST),
  );
  const ask = open(url, { tokenEnv: 'METEOR_LB_TEST_TOKEN' });
  expect((await ask()).told).toContain('METEOR_LB_TEST_TOKEN is not set');
  vi.stubEnv('METEOR_LB_TEST_TOKEN', 'of-variable');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await ask()).entries).toHaveLength(2);
  vi.stubEnv('METEOR_LB_TEST_TOKEN', 'of variable');
  expect((await ask()).told).toBe('METEOR_LB_TEST_TOKEN holds no token: one line of ASCII without blanks');
});

test('a user and the password of a file or a variable are sent', async () => {
  const asked: unknown[] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers.authorization);
    response.end(LIST);
  });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const ask = open(url, { user: 'Jürgen', passwordFile: 'password' });
  expect((await ask()).told).toContain('password can not be read');
  await writeFile(join(folder, 'password'), 's3cr:et\n');
  expect((await ask()).entries).toHaveLength(2);
  vi.stubEnv('METEOR_LB_TEST_PASSWORD', 'other');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await open(url, { user: 'b', passwordEnv: 'METEOR_LB_TEST_PASSWORD' })()).entries).toHaveLength(2);
  await writeFile(join(folder, 'password'), 'two words für alle\n');
  expect((await ask()).entries).toHaveLength(2);
  await writeFile(join(folder, 'password'), 'two\nlines\n');
  expect((await ask()).told).toContain('password holds no password: one line');
  expect(asked).toEqual([basic('Jürgen:s3cr:et'), basic('b:other'), basic('Jürgen:two words für alle')]);
});

test.each([
  ['YAML', 'text/yaml', '- 10.0.0.1:3000\n- { id: b, host: 10.0.0.2, port: 3000 }\n'],
  ['lines', 'text/plain', '10.0.0.1:3000 # the first\n10.0.0.2:3000\n'],
])('a list may be %s', async (_form, type, list) => {
  const url = await serve((request, response) =>
    request.headers.accept?.includes('*/*')
      ? response.writeHead(200, { 'content-type': type }).end(list)
      : response.writeHead(406).end(),
  );
  expect((await open(url)()).entries).toMatchObject([{ host: '10.0.0.1' }, { host: '10.0.0.2' }]);
});

test('what may be secret in a URL is not told', async () => {
  const url = await serve((_, response) => response.writeHead(403).end());
  expect((await open(`${url}?key=secret`)()).told).toBe(`${url} answers with status 403`);
  expect(httpSource({ http: `${url}?key=secret` }, (path) => path).name).toBe(`http ${url}`);
});

test('certificates of both sides', async () => {
  await writeFile(join(folder, 'pem'), certificate);
  const options = { key: certificate, cert: certificate, ca: certificate, requestCert: true };
  const server = createTlsServer(options, (_, response) => response.end(LIST)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/nodes`;
  expect((await open(url, { ca: 'pem', cert: 'pem', key: 'pem' })()).entries).toHaveLength(2);
  expect((await open(url, { ca: 'pem' })()).entries).toBeNull();
  expect((await open(url, { ca: 'nowhere' })()).told).toContain('nowhere can not be read');
});

test('a server with a certificate of nobody is not believed', async () => {
  const server = createTlsServer({ key: certificate, cert: certificate }, (_, response) =>
    response.end(LIST),
  ).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/nodes`;
  const { entries, told } = await open(url)();
  expect(entries).toBeNull();
  expect(told).toContain('self-signed');
});

test('the signal ends it', async () => {
  const stopping = new AbortController();
  const ask = open(await serve(() => stopping.abort()));
  expect((await ask(stopping.signal)).entries).toBeNull();
});
