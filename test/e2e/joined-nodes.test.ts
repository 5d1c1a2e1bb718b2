import { execPath, stdout } from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startClientLoad } from '../support/client-load.ts';
import { startEtcd } from '../support/etcd.ts';
import { clientOf, untilNewClientsGetTo, whoAnswers } from '../support/faults.ts';
import { freeRow, type Joined, METEOR_NODE, startJoin } from '../support/joined.ts';
import { keepProxy } from '../support/kept-proxy.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

describeProxies('nodes that join through etcd', ({ proxy }) => {
  vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

  test('take sessions, leave without a failed request, and go when they or their join are killed', async () => {
    const etcd = await startEtcd();
    onTestFinished(etcd.stop);
    const source = { etcd: { endpoints: [...etcd.endpoints], prefix: '/todos' } };
    const kept = await keepProxy({
      proxy,
      nodes: [],
      app: { inventory: [source], balance: 'round-robin' },
      parts: { watch: { settle: '50ms', hold: '1ms', oldWorkers: 20 } },
    });
    onTestFinished(() => kept.stop());
    const first = await freeRow(6);
    const name = (index: number): string => String(first + index);
    const names = (count: number): string =>
      Array.from({ length: count }, (_, index) => name(index)).join('');
    const join = (from: number, workers: number, command?: readonly string[]): Joined => {
      const own = [
        '--app=todos',
        `--etcd=${etcd.endpoints[0]}`,
        '--prefix=/todos',
        '--host=127.0.0.1',
        `--workers=${workers}`,
        `--port=${first + from}`,
        '--grace=4s',
      ];
      return startJoin(kept.folder, own, command);
    };

    const one = join(0, 3);
    await one.says(/( is listed[\s\S]*){3}/);
    await kept.run('apply');
    await kept.startProxy();
    const watch = kept.start(['watch', '--reload', '--verbose']);
    await watch.says(/nothing to do/, { all: true });
    await untilNewClientsGetTo(kept.port, names(3));

    // Two more join, take sessions, and are told to end, all under load.
    const load = await startClientLoad(kept.port);
    const two = join(3, 2);
    await two.says(/( is listed[\s\S]*){2}/);
    await untilNewClientsGetTo(kept.port, names(5));
    const more = await startClientLoad(kept.port);
    const jar = await clientOf(kept.port, name(4));
    const session = await openSession('websocket', { port: kept.port, jar });
    expect(session.node).toBe(name(4));
    two.kill('SIGTERM');
    await untilNewClientsGetTo(kept.port, names(3));
    expect(await whoAnswers(kept.port, { jar })).toBe(name(4)); // its clients stay while it drains
    expect(await two.ended).toBe(0);
    await session.closed;
    const [{ failed: before }, { requests, failed, away }] = await Promise.all([load.stop(), more.stop()]);
    stdout.write(
      `${proxy.proxy} ${proxy.version}: ${requests} requests, ${failed.length} failed; ${away.length} sessions moved, the slowest within ${Math.round(Math.max(0, ...away))} ms\n`,
    );
    expect([...before, ...failed]).toEqual([]);
    expect(away.length).toBeGreaterThan(5); // of 40 that came to five nodes

    // A worker is killed: its clients are answered by others, and it comes back.
    const [worker = 0] = await one.workers();
    const victim = await clientOf(kept.port, name(0));
    process.kill(worker, 'SIGKILL');
    expect(await whoAnswers(kept.port, { jar: victim })).not.toBe(name(0));
    await one.says(/does not run: SIGKILL[\s\S]* is listed/);
    await untilNewClientsGetTo(kept.port, names(3));

    // A join itself is killed; its worker runs on, and nobody keeps its lease.
    const three = join(3, 1, ['sh', '-c', `tail -f /dev/null | '${execPath}' '${METEOR_NODE}'`]);
    await three.says(/ is listed/);
    const [orphan = 0] = await three.workers();
    onTestFinished(() => void process.kill(-orphan, 'SIGKILL'));
    await untilNewClientsGetTo(kept.port, names(4));
    const since = performance.now();
    three.kill('SIGKILL');
    await untilNewClientsGetTo(kept.port, names(3));
    const tookMs = Math.round(performance.now() - since);
    stdout.write(`${proxy.proxy} ${proxy.version}: the node of a killed join was gone after ${tookMs} ms\n`);
    expect(tookMs).toBeLessThan(15_000);
    expect((await fetch(`http://127.0.0.1:${name(3)}/`)).status).toBe(200);
    one.kill('SIGTERM');
    expect(await one.ended).toBe(0);
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
  });
});
