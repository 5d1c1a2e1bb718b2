import { stdout } from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CLIENTS, startClientLoad } from '../support/client-load.ts';
import { startEtcd } from '../support/etcd.ts';
import { freeRow, startJoin } from '../support/joined.ts';
import { keepProxy } from '../support/kept-proxy.ts';
import { proxiesUnderTest } from '../support/proxies.ts';

vi.setConfig({ testTimeout: 240_000 });

const WORKERS = 4;

const PLACES = {
  directory: async () => ({ directory: 'nodes.d', stale: '30s' }),
  etcd: async () => {
    const etcd = await startEtcd();
    onTestFinished(etcd.stop);
    return { etcd: { endpoints: [...etcd.endpoints], prefix: '/todos' } };
  },
} as const;

/** A directory with nginx and etcd with HAProxy: where workers are listed is join's side, not the proxy's. */
const stages = proxiesUnderTest().map((proxy) => {
  const place = proxy.proxy === 'nginx' ? 'directory' : 'etcd';
  return [`${proxy.proxy} ${proxy.version}`, place, proxy] as const;
});

test.each(stages)(
  '%s, %s: while workers that joined are restarted one after another no request fails, and every client is back within a second',
  async (name, place, proxy) => {
    const app = { inventory: [await PLACES[place]()] };
    const kept = await keepProxy({ proxy, nodes: [], app, parts: { watch: { settle: '50ms' } } });
    onTestFinished(() => kept.stop());
    const first = await freeRow(WORKERS);
    const joined = startJoin(kept.folder, [
      '--app=todos',
      '--host=127.0.0.1',
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
    const load = await startClientLoad(kept.port);
    joined.kill('SIGHUP');
    await joined.says(/all workers are restarted/, 120_000);
    const { requests, failed, away } = await load.stop();
    const after = await joined.workers();

    const longest = Math.max(...away);
    stdout.write(
      `${name}, ${place}: ${requests} requests, ${failed.length} failed; ${away.length} sessions ended and came back, the slowest after ${Math.round(longest)} ms\n`,
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
);

const times = (pattern: RegExp, count: number): RegExp =>
  new RegExp(Array.from({ length: count }, () => pattern.source).join('[\\s\\S]*'));
