import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { stdout } from 'node:process';
import { afterAll, expect, test } from 'vitest';
import { createCookieJar } from '../support/cookie-jar.ts';
import { sendRequest } from '../support/http-client.ts';
import { type KeptProxy, type ListedNode, serveKeptProxy } from '../support/kept-proxy.ts';
import type { RunningCli } from '../support/running-cli.ts';
import { openSession, type Session } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const CHANGES = 100;
const SOCKETS = 200;
const POLLERS = 8;
const PARALLEL = 32;
/** So long an old worker keeps its sockets, in the test. */
const OLD_WORKER_TIME_MS = 3000;
const BUDGET = 3;

describeProxies('a hundred changes of the inventory, under load', (stage) => {
  const open: KeptProxy[] = [];
  afterAll(async () => {
    await Promise.all(open.map((kept) => kept.stop()));
  });

  const isNginx = stage.proxy.proxy === 'nginx';

  test(isNginx
    ? 'nginx: no request fails, no socket is closed before its time, and old workers keep to their budget'
    : 'HAProxy: no reload, no request fails, and no socket is closed', async () => {
    const nodes = await stage.nodes(6);
    const listed = nodes.map(({ id, host, port }): ListedNode => ({ id, host, port }));
    const stable = listed.slice(0, 4);
    const kept = await serveKeptProxy({
      proxy: stage.proxy,
      nodes: stable,
      parts: {
        watch: {
          settle: '50ms',
          maxShrink: '100%',
          hold: '1ms',
          oldWorkers: BUDGET,
          oldWorkerTime: `${OLD_WORKER_TIME_MS}ms`,
          trickle: '500ms',
        },
      },
    });
    open.push(kept);
    const watch = kept.start(['watch', '--reload', '--log-format', 'json', '--verbose']);
    await watch.says(/nothing to do/, { all: true });

    const load = await startLoad(kept.port);
    const workers = watchOldWorkers(kept);
    for (let change = 0; change < CHANGES; change++) {
      const said = watch.says(isNginx ? /reloaded|a reload waits|nothing to do/ : /changed without a reload/);
      await kept.list([...stable, ...extras(change, listed)]);
      // nginx gets bursts, of which it takes what its budget allows.
      if (!isNginx || change % 8 === 0) await said;
      else said.catch(() => {});
    }
    const { failed, requests, closed } = await load.stop();
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);

    const reloads = reloadsOf(watch);
    stdout.write(
      `${stage.proxy.proxy} ${stage.proxy.version}: ${requests} requests, ${failed.length} failed; ${closed.length} sockets closed; ${reloads.length} reloads; at most ${workers.stop()} sets of old workers\n`,
    );
    expect(failed).toEqual([]);
    if (!isNginx) {
      expect(reloads).toEqual([]);
      expect(closed).toEqual([]);
      return;
    }
    expect(reloads.length).toBeGreaterThan(BUDGET);
    expect(workers.stop()).toBeLessThanOrEqual(BUDGET);
    for (const { openedAt, closedAt } of closed) {
      const old = reloads.find(({ provenAt }) => provenAt > openedAt);
      expect(closedAt - (old?.begunAt ?? Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(
        OLD_WORKER_TIME_MS,
      );
    }
  }, 300_000);
});

/**
 * e and f come, drain and go in turns. With other weights each time for a while, since a list that came back to what was published
 * last would be no change, and nothing would be said of it.
 */
const extras = (change: number, nodes: readonly ListedNode[]): readonly ListedNode[] => {
  const weight = 1 + (Math.floor(change / 6) % 8);
  const [e, f] = nodes.slice(4).map((node) => ({ ...node, weight }));
  if (e === undefined || f === undefined) throw new Error('six nodes are needed');
  const turns = [[e], [e, f], [{ ...e, state: 'drain' }, f], [f], [{ ...f, weight: weight + 8 }], []];
  return turns[change % turns.length] ?? [];
};

interface Closed {
  /** Before its first request, so that no reload between the handshake and the answer is missed. */
  readonly openedAt: number;
  readonly closedAt: number;
  readonly why: string;
}

/** WebSockets that stay open and are opened again, polling clients, and new connections, until told to stop. */
const startLoad = async (port: number) => {
  let going = true;
  let requests = 0;
  const failed: string[] = [];
  const closed: Closed[] = [];
  const sessions = new Set<Session>();

  const keepOpen = async (client: number): Promise<void> => {
    const openedAt = Date.now();
    const session = await openSession('websocket', {
      port,
      localAddress: `127.3.${client}.1`,
      callTimeoutMs: 15_000,
    });
    sessions.add(session);
    void session.closed.then((why) => {
      sessions.delete(session);
      if (!going) return;
      closed.push({ openedAt, closedAt: Date.now(), why });
      keepOpen(client).catch((error: Error) =>
        failed.push(`a socket could not be opened again: ${error.message}`),
      );
    });
  };
  const poll = async (client: number): Promise<void> => {
    const session = await openSession('xhr', {
      port,
      localAddress: `127.4.${client}.1`,
      jar: createCookieJar(),
      callTimeoutMs: 15_000,
    });
    while (going) {
      await session.call('echo', 'still there');
      requests++;
    }
    await session.close();
  };
  const connect = async (client: number): Promise<void> => {
    while (going) {
      const { status } = await sendRequest({ port, localAddress: `127.5.${client}.1` }, '/');
      requests++;
      if (status !== 200) failed.push(`status ${status}`);
    }
  };
  const lanes = (count: number, lane: (client: number) => Promise<void>): Promise<void>[] =>
    Array.from({ length: count }, (_, client) =>
      lane(client).catch((error: Error) => {
        failed.push(error.message);
      }),
    );

  for (let from = 0; from < SOCKETS; from += 20)
    await Promise.all(Array.from({ length: 20 }, (_, index) => keepOpen(from + index)));
  const running = [...lanes(POLLERS, poll), ...lanes(PARALLEL, connect)];
  return {
    stop: async () => {
      going = false;
      await Promise.all(running);
      await Promise.all([...sessions].map((session) => session.close()));
      return { failed, requests, closed };
    },
  };
};

/** Looks at the processes of nginx, of which each core has one, all the time; the most sets of old workers at a time. HAProxy has none without reloads. */
const watchOldWorkers = (kept: KeptProxy): { stop(): number } => {
  let most = 0;
  const look = (): void => {
    if (kept.proxyPid === null) return;
    const workers = childrenOf(kept.proxyPid).filter((title) => title.includes('worker process'));
    const old = workers.filter((title) => title.includes('shutting down')).length;
    most = Math.max(most, Math.ceil(old / availableParallelism()));
  };
  const timer = setInterval(look, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
};

const childrenOf = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '')
    .flatMap((child) => {
      try {
        return [readFileSync(`/proc/${child}/cmdline`, 'utf8')];
      } catch {
        return []; // it has ended meanwhile
      }
    });

/** A worker becomes old somewhere between the two. */
interface Reload {
  readonly begunAt: number;
  readonly provenAt: number;
}

const reloadsOf = (watch: RunningCli): readonly Reload[] =>
  watch
    .said()
    .split('\n')
    .filter((line) => line.includes('reloaded:'))
    .map((line) => {
      const { time, ms } = JSON.parse(line) as { time: string; ms: number };
      const provenAt = Date.parse(time);
      return { begunAt: provenAt - ms - 1, provenAt };
    });
