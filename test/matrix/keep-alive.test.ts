import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { RunningProxy } from '../support/running-proxy.ts';
import { describeProxies } from '../support/stage.ts';

const CLIENTS = 200;

/** Meteor closes idle connections after this long (SHORT_SOCKET_TIMEOUT in its webapp_server.js). */
const METEOR_CLOSES_MS = 5_000;
const AROUND_MS = 200;

describeProxies('connections that Meteor closes when they are idle', (stage) => {
  let running: RunningProxy;
  beforeAll(async () => {
    running = await stage.through(await stage.nodes(2));
  });

  test(`${CLIENTS} POSTs after pauses of about 5 s: none fails`, async () => {
    const agent = new Agent({ keepAlive: true });
    const client = async (_: unknown, index: number): Promise<number[]> => {
      const first = await post(agent, running.port);
      // The time is what is tested: the pauses cover the moment in which the node closes its side.
      await pause(METEOR_CLOSES_MS - AROUND_MS + (2 * AROUND_MS * index) / CLIENTS);
      return [first, await post(agent, running.port)];
    };
    const statuses = await Promise.all(Array.from({ length: CLIENTS }, client));
    agent.destroy();
    expect(statuses.flat().filter((status) => status !== 200)).toEqual([]);
  });
});

const post = (agent: Agent, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/upload' }, (answer) => {
      json(answer).then(
        () => resolve(answer.statusCode ?? 0),
        () => resolve(answer.statusCode ?? 0),
      );
    });
    sent.once('error', reject);
    sent.end('a method call');
  });
