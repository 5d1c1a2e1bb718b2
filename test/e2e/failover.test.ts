import { afterEach, describe, expect, test } from 'vitest';
import { cookieValue } from '../../src/plan/cookie-value.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { type HalfNode, startHalfNode } from '../support/half-node.ts';
import { sendRequest } from '../support/http-client.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const halves: HalfNode[] = [];
afterEach(() => {
  for (const half of halves.splice(0)) half.stop();
});

/** A client whose cookie names the node at a port. */
const clientOf = (port: number) => {
  const jar = createCookieJar();
  jar.store([`mlb_todos=${cookieValue('todos', { kind: 'ip', host: '127.0.0.1', port })}; Path=/`]);
  return jar;
};

describeProxies('when a node dies', (stage) => {
  test('its clients get another one at once, keep to it, and are not moved back', async () => {
    const nodes = await stage.nodes(3);
    const { port } = await stage.through(nodes);
    const jar = createCookieJar();
    const first = (await sendRequest({ port, jar }, '/')).node;
    const dead = nodes.find(({ id }) => id === first);
    await dead?.kill();

    const after = await sendRequest({ port, jar }, '/');
    expect(after.status).toBe(200);
    expect(after.node).not.toBe(first);
    for (let i = 0; i < 5; i++) expect((await sendRequest({ port, jar }, '/')).node).toBe(after.node);

    await dead?.restart();
    for (let i = 0; i < 5; i++) expect((await sendRequest({ port, jar }, '/')).node).toBe(after.node);
  });

  test('a WebSocket handshake and a POST that it refuses go to another node', async () => {
    const nodes = await stage.nodes(2);
    const { port } = await stage.through(nodes);
    const [dead, alive] = nodes;
    await dead?.kill();
    const session = await openSession('websocket', { port, jar: clientOf(dead?.port ?? 0) });
    expect(session.node).toBe(alive?.id);
    await session.close();
    const post = { method: 'POST', body: 'x'.repeat(10_000) };
    expect(await sendRequest({ port, jar: clientOf(dead?.port ?? 0) }, '/upload', post)).toMatchObject({
      status: 200,
      node: alive?.id,
    });
  });

  describe('with a request in its hands', () => {
    const start = async () => {
      const nodes = await stage.nodes(1);
      const half = await startHalfNode();
      halves.push(half);
      const list = [
        ...nodes.map(({ id, host, port }) => ({ id, host, port })),
        { id: 'half', host: '127.0.0.1', port: half.port },
      ];
      const { port } = await stage.through([], { nodes: list });
      return { port, half, jar: clientOf(half.port), id: nodes[0]?.id };
    };

    test('a GET is sent to another node', async () => {
      const { port, half, jar, id } = await start();
      expect(await sendRequest({ port, jar }, '/headers')).toMatchObject({ status: 200, node: id });
      // nginx may choose the same node once more among all of them before it goes on.
      expect([1, 2]).toContain(half.taken.length);
    });

    test('a POST is not: it may have been carried out', async () => {
      const { port, half, jar } = await start();
      const answer = await sendRequest({ port, jar }, '/headers', { method: 'POST', body: 'pay 10' });
      expect(answer).toMatchObject({ status: 502, node: null });
      expect(half.taken).toEqual(['POST /headers HTTP/1.1']);
      const { body } = await sendRequest({ port }, '/headers');
      expect(JSON.parse(body)).toMatchObject({ count: 1 });
    });
  });
});
