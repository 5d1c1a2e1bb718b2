import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'vitest';
import { openSession, type Session } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const SESSIONS = 1_000;
const MINUTES = 2;
const DDP_PING_MS = 15_000;

describeProxies(
  'idle sessions',
  (stage) => {
    test(
      `${SESSIONS} WebSockets with nothing but DDP pings are all there after ${MINUTES} minutes`,
      async ({ expect }) => {
        const { port } = await stage.through(await stage.nodes(4));
        const sessions: Session[] = [];
        while (sessions.length < SESSIONS) {
          sessions.push(
            ...(await Promise.all(Array.from({ length: 50 }, () => openSession('websocket', { port })))),
          );
        }
        const closed: string[] = [];
        for (const session of sessions) void session.closed.then((reason) => closed.push(reason));

        const end = performance.now() + MINUTES * 60_000;
        while (performance.now() < end) {
          await pause(DDP_PING_MS); // the time is what is tested
          await Promise.all(sessions.map((session) => session.call('echo', 'ping')));
        }
        expect(closed).toEqual([]);
        await Promise.all(sessions.map((session) => session.close()));
      },
      MINUTES * 60_000 + 60_000,
    );
  },
  { concurrent: true },
);
