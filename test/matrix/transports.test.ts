import { beforeAll, describe, expect, test } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { runSessions } from '../support/many-sessions.ts';
import type { RunningProxy } from '../support/running-proxy.ts';
import type { Transport } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const SESSIONS = 200;

/**
 * Of 200 sessions over four equal nodes each would have 50. Two at random and the less busy one stays near that; a hash
 * ring of 160 or 256 places a node is off by a tenth, and chance adds its 6.
 */
const LEAST_PER_NODE = 22;

const TRANSPORTS: readonly Transport[] = [
  'websocket',
  'raw-websocket',
  'xhr',
  'xhr_streaming',
  'eventsource',
  'htmlfile',
  'jsonp',
];

describeProxies('every transport, every stickiness', (stage) => {
  let nodes: MeteorNode[];
  beforeAll(async () => {
    nodes = await stage.nodes(4);
  });

  describe.each([
    { stickiness: 'cookie', jar: true },
    { stickiness: 'cookie', jar: false },
    { stickiness: 'sockjs', jar: false },
    { stickiness: 'ip_hash', jar: false },
  ])('$stickiness, cookie jar $jar', ({ stickiness, jar }) => {
    let running: RunningProxy;
    beforeAll(async () => {
      running = await stage.through(nodes, { stickiness });
    });

    test.for(TRANSPORTS)(
      `%s: of ${SESSIONS} sessions none is lost, and they are spread`,
      async (transport, { task }) => {
        const { lost, spread } = await runSessions(transport, {
          port: running.port,
          sessions: SESSIONS,
          jar,
        });
        task.meta.sessions = { opened: SESSIONS, lost: lost.length };
        expect(lost).toEqual([]);
        expect(Object.keys(spread).sort()).toEqual(nodes.map(({ id }) => id));
        expect(Math.min(...Object.values(spread))).toBeGreaterThanOrEqual(LEAST_PER_NODE);
      },
    );
  });
});
