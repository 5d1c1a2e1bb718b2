import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { sendRequest } from '../support/http-client.ts';
import type { RunningProxy } from '../support/running-proxy.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

/** What a client may send to look like another one, or like one that came by https. */
const SPOOFED = {
  'X-Forwarded-For': '6.6.6.6, 7.7.7.7',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Port': '666',
  'X-Real-IP': '6.6.6.6',
  'X-Client-IP': '6.6.6.6',
  'X-Cluster-Client-IP': '6.6.6.6',
  'X-SSL': '1',
  Forwarded: 'for=127.0.0.1;proto=https',
};

const seenBy = async (port: number, headers: Record<string, string>, localAddress = '127.0.9.9') => {
  const { body } = await sendRequest({ port, localAddress, headers }, '/headers');
  return (JSON.parse(body) as { headers: Record<string, string> }).headers;
};

describeProxies('the client that Meteor sees', (stage) => {
  let nodes: MeteorNode[];

  beforeAll(async () => {
    nodes = await stage.nodes(1, { env: { HTTP_FORWARDED_COUNT: '1' } });
  });

  describe('with nothing in front', () => {
    let running: RunningProxy;
    beforeAll(async () => {
      running = await stage.through(nodes);
    });

    test('its address is the one entry of X-Forwarded-For, whatever the client sent', async () => {
      const { host, ...seen } = await seenBy(running.port, SPOOFED);
      expect(seen).toMatchObject({
        'x-forwarded-for': '127.0.9.9',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': host,
        'x-real-ip': '127.0.9.9',
      });
      expect(JSON.stringify(seen)).not.toMatch(/6\.6\.6\.6|7\.7\.7\.7|evil|666/);
      expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['forwarded']));
      expect(seen).not.toHaveProperty('x-ssl');
    });

    test.each(['websocket', 'raw-websocket', 'xhr'] as const)(
      'Meteor counts it right over %s',
      async (transport) => {
        const session = await openSession(transport, {
          port: running.port,
          localAddress: '127.0.9.8',
          headers: SPOOFED,
        });
        expect(await session.call('whoami')).toMatchObject({ clientAddress: '127.0.9.8' });
        await session.close();
      },
    );
  });

  describe('behind a balancer that sends X-Forwarded-For', () => {
    let running: RunningProxy;
    beforeAll(async () => {
      running = await stage.through(
        nodes,
        {},
        { behind: { addresses: ['127.0.1.0/24'], protocol: 'x-forwarded-for' } },
      );
    });

    test('there are two entries: the client as the balancer tells it, and the balancer', async () => {
      const front = { 'X-Forwarded-For': '6.6.6.6, 203.0.113.7', 'X-Forwarded-Proto': 'https' };
      expect(await seenBy(running.port, front, '127.0.1.1')).toMatchObject({
        'x-forwarded-for': '203.0.113.7, 127.0.1.1',
        'x-forwarded-proto': 'https',
        'x-real-ip': '203.0.113.7',
      });
    });

    test('whoever comes past the balancer is not believed', async () => {
      expect(await seenBy(running.port, SPOOFED)).toMatchObject({
        'x-forwarded-for': '127.0.9.9, 127.0.9.9',
        'x-forwarded-proto': 'http',
      });
    });
  });

  test('behind two balancers, the client is the one before both', async () => {
    const { port } = await stage.through(
      nodes,
      {},
      { behind: { addresses: ['127.0.1.0/24', '198.51.100.0/24'], protocol: 'x-forwarded-for', hops: 2 } },
    );
    const headers = { 'X-Forwarded-For': '6.6.6.6, 203.0.113.7, 198.51.100.1' };
    expect(await seenBy(port, headers, '127.0.1.1')).toMatchObject({
      'x-forwarded-for': '203.0.113.7, 127.0.1.1',
    });
  });

  describe('behind a balancer that speaks the PROXY protocol', () => {
    let running: RunningProxy;
    beforeAll(async () => {
      running = await stage.through(
        nodes,
        {},
        { behind: { addresses: ['127.0.1.0/24'], protocol: 'proxy-protocol', scheme: 'https' } },
      );
    });

    test.each([
      ['version 1', Buffer.from('PROXY TCP4 203.0.113.7 192.0.2.1 5555 443\r\n')],
      ['version 2', proxyV2([203, 0, 113, 7], [192, 0, 2, 1], 5555, 443)],
    ])('%s: the client is the one that it tells', async (_version, head) => {
      expect(await throughProxyProtocol(running.port, head, '127.0.1.1')).toMatchObject({
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
      });
    });

    test('whoever comes past the balancer is not believed', async () => {
      const head = Buffer.from('PROXY TCP4 203.0.113.7 192.0.2.1 5555 443\r\n');
      const seen = await throughProxyProtocol(running.port, head, '127.0.9.9');
      // HAProxy refuses the line as bad HTTP, nginx reads past it; neither takes the address.
      expect([undefined, '127.0.9.9']).toContain(seen?.['x-forwarded-for']);
    });
  });
});

/** The binary header of version 2, for TCP over IPv4 (its specification, section 2.2). */
function proxyV2(from: number[], to: number[], fromPort: number, toPort: number): Buffer {
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(fromPort, 0);
  ports.writeUInt16BE(toPort, 2);
  const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
  return Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, 12, ...from, ...to]), ports]);
}

/** The headers that the node saw; undefined where the request was refused. */
const throughProxyProtocol = async (port: number, head: Buffer, localAddress: string) => {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.write(
    Buffer.concat([head, Buffer.from('GET /headers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')]),
  );
  const answer = await text(socket);
  const json = /\{.*\}/s.exec(answer)?.[0];
  return answer.startsWith('HTTP/1.1 200') && json
    ? (JSON.parse(json) as { headers: Record<string, string> }).headers
    : undefined;
};
