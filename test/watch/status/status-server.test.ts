import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createMetrics } from '../../../src/watch/status/metrics.ts';
import type { WatchStatus } from '../../../src/watch/status/status-model.ts';
import { type StatusServer, startStatusServer } from '../../../src/watch/status/status-server.ts';
import { watchStatus } from './status.ts';

const servers: StatusServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const start = async (
  getStatus: () => WatchStatus = watchStatus,
  host = '127.0.0.1',
): Promise<StatusServer> => {
  const server = await startStatusServer({ host, port: 0 }, getStatus, await createMetrics(), {
    now: () => 12_500,
  });
  servers.push(server);
  return server;
};

interface Answer {
  readonly code: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const ask = async (port: number, path: string, method = 'GET', agent?: Agent): Promise<Answer> => {
  const asked = request({ host: '127.0.0.1', port, path, method, ...(agent && { agent }) });
  asked.end();
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const part of response.setEncoding('utf8')) body += part;
  return { code: response.statusCode, headers: response.headers, body };
};

describe('the status server', () => {
  test('is healthy while it runs', async () => {
    const { port } = await start();
    expect(await ask(port, '/healthz')).toMatchObject({ code: 200, body: 'ok\n' });
  });

  test('tells whether the watch is ready', async () => {
    let status = watchStatus();
    const { port } = await start(() => status);
    const ready = await ask(port, '/readyz');
    expect(ready).toMatchObject({ code: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(ready.body)).toMatchObject({ ready: true, outputs: [{ secondsSinceSuccess: 2.5 }] });
    status = watchStatus({ guards: [{ app: 'todos', reason: 'too many' }] });
    const guarded = await ask(port, '/readyz?verbose');
    expect(guarded.code).toBe(503);
    expect(JSON.parse(guarded.body)).toMatchObject({ ready: false, guards: [{ app: 'todos' }] });
  });

  test('has metrics in the format of Prometheus', async () => {
    const { port } = await start();
    const { code, headers, body } = await ask(port, '/metrics');
    expect(code).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('\nmeteor_lb_nodes{app="todos",state="ready"} 3\n');
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/healthz/', 404],
    ['GET', '/constructor', 404],
    ['POST', '/healthz', 405],
    ['DELETE', '/metrics', 405],
  ])('answers %s %s with %i', async (method, path, code) => {
    const { port } = await start();
    const answer = await ask(port, path, method);
    expect(answer.code).toBe(code);
    expect(answer.headers.allow).toBe(code === 405 ? 'GET, HEAD' : undefined);
  });

  test('answers HEAD as GET, without the body', async () => {
    const { port } = await start();
    const { code, headers, body } = await ask(port, '/healthz', 'HEAD');
    expect({ code, length: headers['content-length'], body }).toEqual({ code: 200, length: '3', body: '' });
  });

  test('answers with 500 where the status fails, and goes on', async () => {
    const { port } = await start(() => {
      throw new Error('no status');
    });
    expect(await ask(port, '/readyz')).toMatchObject({ code: 500, body: 'no status\n' });
    expect(await ask(port, '/healthz')).toMatchObject({ code: 200 });
  });

  test('closes at once, though connections are kept open and one has asked only half', async () => {
    const server = await start();
    const agent = new Agent({ keepAlive: true });
    await ask(server.port, '/healthz', 'GET', agent);
    const half = connect(server.port, '127.0.0.1');
    await once(half, 'connect');
    half.on('error', () => {});
    half.write('GET /healthz HTTP/1.1\r\n');
    const before = performance.now();
    await server.close();
    expect(performance.now() - before).toBeLessThan(1000);
    agent.destroy();
    await expect(ask(server.port, '/healthz')).rejects.toThrow('ECONNREFUSED');
  });

  test('says that a port is taken, or that an address is not here', async () => {
    const { port } = await start();
    const metrics = await createMetrics();
    const at = (host: string, taken: number) =>
      startStatusServer({ host, port: taken }, watchStatus, metrics, { now: () => 0 });
    await expect(at('127.0.0.1', port)).rejects.toMatchObject({
      failure: 'usage',
      message: `can't listen on 127.0.0.1:${port}: the port is taken`,
      hint: expect.stringContaining('another meteor-lb watch'),
    });
    await expect(at('203.0.113.7', port)).rejects.toMatchObject({
      failure: 'usage',
      message: `can't listen on 203.0.113.7:${port}: this machine has no such address`,
    });
  });
});
