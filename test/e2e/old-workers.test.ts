import { afterAll, expect, test } from 'vitest';
import { freePorts } from '../support/free-port.ts';
import { type KeptProxy, type ListedNode, serveKeptProxy } from '../support/kept-proxy.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const SOCKETS = 60;
const TIME_MS = 3000;
const TRICKLE_MS = 3000;

describeProxies('old workers', (stage) => {
  const open: KeptProxy[] = [];
  afterAll(async () => {
    await Promise.all(open.map((kept) => kept.stop()));
  });

  const isNginx = stage.proxy.proxy === 'nginx';

  test('keep their sockets for their time, lose them in a trickle, and no more of them are made than may be', async () => {
    const nodes = await stage.nodes(2);
    const [second = 0, third = 0] = await freePorts(2);
    const kept = await serveKeptProxy({
      proxy: stage.proxy,
      nodes: nodes.map(({ id, host, port }): ListedNode => ({ id, host, port })),
      parts: {
        watch: {
          settle: '20ms',
          oldWorkers: 1,
          oldWorkerTime: `${TIME_MS}ms`,
          trickle: `${TRICKLE_MS}ms`,
        },
      },
    });
    open.push(kept);
    const listen = (...ports: readonly number[]) => ({
      listen: [kept.port, ...ports].map((port) => ({ address: '127.0.0.1', port })),
    });
    const watch = kept.start(['watch', '--reload']);
    const sessions = await Promise.all(
      Array.from({ length: SOCKETS }, (_, client) =>
        openSession('websocket', { port: kept.port, localAddress: `127.6.${client}.1` }),
      ),
    );
    const closedAt: number[] = [];
    for (const session of sessions) void session.closed.then(() => closedAt.push(performance.now()));

    const begun = performance.now();
    const reloaded = watch.says(/reloaded: listener/);
    await kept.describe(listen(second));
    await reloaded;

    // The sockets hold the old worker, and one is all there may be.
    const waits = watch.says(/a reload waits, since 1 set/);
    const again = watch.says(/reloaded: listener/);
    await kept.describe(listen(second, third));
    await waits;
    expect(closedAt).toEqual([]);

    await again; // by itself, when the last socket of the old worker is gone
    const over = performance.now();
    await Promise.all(sessions.map((session) => session.closed));
    const first = Math.min(...closedAt);
    expect(first - begun).toBeGreaterThanOrEqual(TIME_MS);
    expect(Math.max(...closedAt)).toBeLessThan(over);
    expect(spread(closedAt)).toBeGreaterThan(TRICKLE_MS / 3);
    if (!isNginx) {
      // Evenly; nginx ends whole processes.
      const half = (median(closedAt) - first) / spread(closedAt);
      expect(half).toBeGreaterThan(1 / 3);
      expect(half).toBeLessThan(2 / 3);
    }

    const session = await openSession('websocket', { port: third });
    await session.close();
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
  }, 60_000);
});

const median = (times: readonly number[]): number =>
  [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;

const spread = (times: readonly number[]): number => Math.max(...times) - Math.min(...times);
