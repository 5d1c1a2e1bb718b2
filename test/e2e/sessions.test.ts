import { beforeAll, expect, test } from 'vitest';
import { runSessions } from '../support/many-sessions.ts';
import type { RunningProxy } from '../support/running-proxy.ts';
import type { Transport } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const SESSIONS = 100;

describeProxies('sessions by cookie and its fall-backs', (stage) => {
  let running: RunningProxy;

  beforeAll(async () => {
    running = await stage.through(await stage.nodes(4));
  });

  test.for<{ transport: Transport; jar: boolean }>([
    { transport: 'websocket', jar: true },
    { transport: 'websocket', jar: false },
    { transport: 'raw-websocket', jar: true },
    { transport: 'raw-websocket', jar: false },
    { transport: 'xhr', jar: true },
    { transport: 'xhr', jar: false },
  ])(
    `of ${SESSIONS} $transport sessions none is lost, and all nodes have some (cookie jar: $jar)`,
    async (by, { task }) => {
      const { lost, spread } = await runSessions(by.transport, {
        port: running.port,
        sessions: SESSIONS,
        jar: by.jar,
      });
      task.meta.sessions = { opened: SESSIONS, lost: lost.length };
      expect(lost).toEqual([]);
      expect(Object.keys(spread).sort()).toEqual(['a', 'b', 'c', 'd']);
    },
  );
});
