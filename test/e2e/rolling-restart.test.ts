import { stdout } from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { createCookieJar } from '../support/cookie-jar.ts';
import { sendRequest } from '../support/http-client.ts';
import { freeRow, startJoin } from '../support/joined.ts';
import { keepProxy } from '../support/kept-proxy.ts';
import { proxiesUnderTest } from '../support/proxies.ts';
import { openSession, type Session, type Transport } from '../support/sockjs-session.ts';

const WORKERS = 4;
const CLIENTS = 40;
const PARALLEL = 8;

test.each(proxiesUnderTest().map((proxy) => [`${proxy.proxy} ${proxy.version}`, proxy] as const))(
  '%s: while workers that joined are restarted one after another no request fails, and every client is back within a second',
  async (name, proxy) => {
    const app = { inventory: [{ directory: 'nodes.d', stale: '30s' }] };
    const kept = await keepProxy({ proxy, nodes: [], app, parts: { watch: { settle: '50ms' } } });
    onTestFinished(() => kept.stop());
    const first = await freeRow(WORKERS);
    const joined = startJoin(kept.folder, [
      '--app=todos',
      `--workers=${WORKERS}`,
      `--port=${first}`,
      '--grace=4s',
    ]);
    await joined.says(times(/ is listed/, WORKERS));
    await kept.run('apply');
    await kept.startProxy();
    const watch = kept.start(['watch', '--reload', '--verbose']);
    await watch.says(/nothing to do/, { all: true });

    const before = await joined.workers();
    const load = await startLoad(kept.port);
    joined.kill('SIGHUP');
    await joined.says(/all workers are restarted/, 120_000);
    const { requests, failed, away } = await load.stop();
    const after = await joined.workers();

    const longest = Math.max(...away);
    stdout.write(
      `${name}: ${requests} requests, ${failed.length} failed; ${away.length} sessions ended and came back, the slowest after ${Math.round(longest)} ms\n`,
    );
    expect(failed).toEqual([]);
    expect(after).toHaveLength(WORKERS);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    expect(away.length).toBeGreaterThanOrEqual(CLIENTS);
    expect(longest).toBeLessThan(1000);
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
    joined.kill('SIGTERM');
    expect(await joined.ended).toBe(0);
  },
  240_000,
);

const times = (pattern: RegExp, count: number): RegExp =>
  new RegExp(Array.from({ length: count }, () => pattern.source).join('[\\s\\S]*'));

/** Clients that hold a session and open another one when it ends, and requests of clients with a cookie, until told to stop. */
const startLoad = async (port: number) => {
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
