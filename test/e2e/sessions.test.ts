import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MeteorNode, startNodes, stopAll } from '../support/cluster.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { freePorts } from '../support/free-port.ts';
import { installedProxies } from '../support/proxies.ts';
import { runSession, type SessionReport } from '../support/run-session.ts';
import { nodesOf, type RunningProxy, startProxy } from '../support/running-proxy.ts';
import type { Transport } from '../support/sockjs-session.ts';

const SESSIONS = 100;
const AT_ONCE = 10;

describe.each(installedProxies().map((proxy) => [`${proxy.proxy} ${proxy.version}`, proxy] as const))(
  'through %s, by cookie',
  (_name, proxy) => {
    let nodes: MeteorNode[] = [];
    let running: RunningProxy;

    beforeAll(async () => {
      nodes = await startNodes(4);
      const [port = 0] = await freePorts(1);
      running = await startProxy({ proxy, port, app: { nodes: nodesOf(nodes) } });
    });

    afterAll(async () => {
      await running?.stop();
      await stopAll(nodes);
    });

    test.each<{ transport: Transport; jar: boolean }>([
      { transport: 'websocket', jar: true },
      { transport: 'websocket', jar: false },
      { transport: 'raw-websocket', jar: true },
      { transport: 'raw-websocket', jar: false },
      { transport: 'xhr', jar: true },
      { transport: 'xhr', jar: false },
    ])(`no $transport session of ${SESSIONS} is lost, cookie jar: $jar`, async ({ transport, jar }) => {
      const reports = await runSessions(transport, running.port, jar);
      expect(reports.filter(({ lost }) => lost)).toEqual([]);
      // A raw WebSocket without a cookie goes by the client's address, and all of these have one.
      const expected = transport === 'raw-websocket' && !jar ? 1 : nodes.length;
      expect(new Set(reports.map(({ node }) => node)).size).toBe(expected);
    });
  },
);

const runSessions = async (
  transport: Transport,
  port: number,
  withJar: boolean,
): Promise<SessionReport[]> => {
  const reports: SessionReport[] = [];
  const lane = async (): Promise<void> => {
    for (let count = SESSIONS / AT_ONCE; count > 0; count--) {
      const jar = withJar ? { jar: createCookieJar() } : {};
      reports.push(await runSession(transport, { port, ...jar }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return reports;
};
