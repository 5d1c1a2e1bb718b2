import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { sendRequest } from '../support/http-client.ts';
import { describeProxies } from '../support/stage.ts';

const CLIENTS = 40;

describeProxies('under load', (stage) => {
  test('a node that is killed costs no request that may be repeated; its clients stay where they land', async () => {
    const nodes = await stage.nodes(4);
    const { port } = await stage.through(nodes);
    const jars = Array.from({ length: CLIENTS }, createCookieJar);
    const visits = jars.map((): (string | null)[] => []);
    const failures: number[] = [];
    let busy = true;
    const client = async (jar: ReturnType<typeof createCookieJar>, index: number): Promise<void> => {
      while (busy) {
        const { status, node } = await sendRequest({ port, jar }, '/headers');
        if (status !== 200) failures.push(status);
        visits[index]?.push(node);
      }
    };
    const load = Promise.all(jars.map(client));
    const reached = async (count: number): Promise<void> => {
      while (visits.some((seen) => seen.length < count)) await pause(10);
    };

    await reached(3);
    const before = visits.map((seen) => seen[0]);
    const dead = nodes[0] as MeteorNode;
    await dead.kill();
    const atKill = visits.map((seen) => seen.length);
    await reached(Math.max(...atKill) + 5);
    const moved = visits.map((seen) => seen.at(-1));
    await dead.restart();
    const atReturn = visits.map((seen) => seen.length);
    await reached(Math.max(...atReturn) + 5);
    busy = false;
    await load;

    expect(failures).toEqual([]);
    expect(moved).not.toContain(dead.id);
    for (const [index, seen] of visits.entries()) {
      if (before[index] !== dead.id) expect(new Set(seen)).toEqual(new Set([before[index]]));
      expect(seen.at(-1)).toBe(moved[index]);
    }
    // It takes new clients again, once the proxy has found it.
    const back = async (): Promise<void> => {
      while ((await sendRequest({ port }, '/')).node !== dead.id) await pause(50);
    };
    await back();
  });

  describe('large and slow bodies', () => {
    test('20 MB arrive whole, a byte more is refused', async () => {
      const { port } = await stage.through(await stage.nodes(2));
      const post = (bytes: number) =>
        sendRequest({ port }, '/upload', { method: 'POST', body: Buffer.alloc(bytes) });
      const answer = await post(20 * 1024 * 1024);
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([200, { bytes: 20 * 1024 * 1024 }]);
      expect(await announce(port, 20 * 1024 * 1024 + 1)).toBe(413);
    });

    test('a client that sends slowly is heard to the end', async () => {
      const { port } = await stage.through(await stage.nodes(2));
      expect(await drip(port, 30, 64 * 1024)).toEqual({ status: 200, bytes: 30 * 64 * 1024 });
    });
  });
});

/** Uploads so many pieces, ten a second; what the node had of them. */
const drip = async (
  port: number,
  pieces: number,
  size: number,
): Promise<{ status: number; bytes: number }> => {
  const headers = { 'Content-Length': pieces * size };
  const sent = request({ port, host: '127.0.0.1', agent: false, method: 'POST', path: '/upload', headers });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  for (let piece = 0; piece < pieces; piece++) {
    sent.write(Buffer.alloc(size));
    await pause(100); // slowness is what is tested
  }
  sent.end();
  const [answer] = await answered;
  const { bytes } = (await json(answer)) as { bytes: number };
  return { status: answer.statusCode ?? 0, bytes };
};

/** The status that a body of that size is answered with before any of it is sent. */
const announce = (port: number, bytes: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'Content-Length': bytes, Expect: '100-continue' };
    const sent = request({ port, host: '127.0.0.1', agent: false, method: 'POST', path: '/upload', headers });
    sent.once('response', (answer) => {
      resolve(answer.statusCode ?? 0);
      sent.destroy();
    });
    sent.once('error', reject);
    sent.flushHeaders();
  });
