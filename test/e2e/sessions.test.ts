import { beforeAll, expect, test } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { runSession, type SessionReport } from '../support/run-session.ts';
import type { RunningProxy } from '../support/running-proxy.ts';
import type { Transport } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const SESSIONS = 100;
const AT_ONCE = 10;

describeProxies('sessions by cookie and its fall-backs', (stage) => {
  let nodes: MeteorNode[];
  let running: RunningProxy;

  beforeAll(async () => {
    nodes = await stage.nodes(4);
    running = await stage.through(nodes);
  });

  test.each<{ transport: Transport; jar: boolean }>([
    { transport: 'websocket', jar: true },
    { transport: 'websocket', jar: false },
    { transport: 'raw-websocket', jar: true },
    { transport: 'raw-websocket', jar: false },
    { transport: 'xhr', jar: true },
    { transport: 'xhr', jar: false },
  ])(
    `of ${SESSIONS} $transport sessions none is lost, and all nodes have some (cookie jar: $jar)`,
    async (by) => {
      const reports = await runSessions(by.transport, running.port, by.jar);
      expect(reports.filter(({ lost }) => lost)).toEqual([]);
      expect(new Set(reports.map(({ node }) => node))).toEqual(new Set(nodes.map(({ id }) => id)));
    },
  );
});

/** Every session is a client of its own, at an address of its own: a raw WebSocket without a cookie sticks by address. */
const runSessions = async (
  transport: Transport,
  port: number,
  withJar: boolean,
): Promise<SessionReport[]> => {
  const lane = async (_: unknown, lane: number): Promise<SessionReport[]> => {
    const reports: SessionReport[] = [];
    for (let client = 1; client <= SESSIONS / AT_ONCE; client++) {
      const jar = withJar ? { jar: createCookieJar() } : {};
      reports.push(
        await runSession(transport, { port, localAddress: `127.0.${lane + 1}.${client}`, ...jar }),
      );
    }
    return reports;
  };
  return (await Promise.all(Array.from({ length: AT_ONCE }, lane))).flat();
};
