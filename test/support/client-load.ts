import { setTimeout as pause } from 'node:timers/promises';
import { createCookieJar } from './cookie-jar.ts';
import { sendRequest } from './http-client.ts';
import { openSession, type Session, type Transport } from './sockjs-session.ts';

/** How many hold a session. */
export const CLIENTS = 40;
/** How many send one request after another. */
const PARALLEL = 8;
/** How long each of these rests between two: the load is to be one that the machine bears, so that times mean the proxy's. */
const REST_MS = 20;

/** Clients that are there until told to stop. */
interface ClientLoad {
  stop(): Promise<{
    readonly requests: number;
    readonly failed: readonly string[];
    /** How long each client whose session ended was without one, in milliseconds. */
    readonly away: readonly number[];
  }>;
}

/** Clients that hold a session and open another one when it ends, and requests of clients with a cookie, until told to stop. */
export const startClientLoad = async (port: number): Promise<ClientLoad> => {
  let going = true;
  let requests = 0;
  const failed: string[] = [];
  const away: number[] = [];
  const sessions = new Set<Session>();

  const hold = async (transport: Transport, client: number, jar = createCookieJar()): Promise<void> => {
    const options = { port, localAddress: `127.3.${client}.1`, callTimeoutMs: 15_000, jar };
    const session = await openSession(transport, options);
    sessions.add(session);
    void session.closed.then(async () => {
      sessions.delete(session);
      if (!going) return;
      const since = performance.now();
      await hold(transport, client, jar).then(
        () => away.push(performance.now() - since),
        (error: Error) => failed.push(`client ${client} is not back: ${error.message}`),
      );
    });
  };
  const request = async (client: number): Promise<void> => {
    const target = { port, localAddress: `127.5.${client}.1`, jar: createCookieJar() };
    while (going) {
      const { status } = await sendRequest(target, '/').catch((error: Error) => ({ status: error.message }));
      requests++;
      if (status !== 200) failed.push(`status ${status}`);
      await pause(REST_MS);
    }
  };

  await Promise.all(
    Array.from({ length: CLIENTS }, (_, client) => hold(client % 4 === 0 ? 'xhr' : 'websocket', client)),
  );
  const running = Array.from({ length: PARALLEL }, (_, client) => request(client));
  return {
    stop: async () => {
      going = false;
      await Promise.all(running);
      await Promise.all([...sessions].map((session) => session.close()));
      return { requests, failed, away };
    },
  };
};
