import { readFileSync } from 'node:fs';
import { stdout } from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { startEtcd } from '../support/etcd.ts';
import { untilNewClientsGetTo, untilReady } from '../support/faults.ts';
import { sendRequest } from '../support/http-client.ts';
import { describeProxies, type Stage } from '../support/stage.ts';
import { stageWatches } from '../support/watches.ts';
import { hostOf, putAll } from './put-nodes.ts';
import { size } from './size.ts';

const NODES = size(10_000, 500);

describeProxies(`${NODES} nodes in etcd, through to the proxy`, (stage) => {
  const watches = stageWatches(stage);

  test('from one change in etcd to the first request on the new node', async () => {
    const etcd = await startEtcd();
    onTestFinished(etcd.stop);
    const [a, b] = (await stage.nodes(2)) as [MeteorNode, MeteorNode];
    // In drain, so that clients get to the nodes that are there; the proxy has them all the same.
    await putAll(etcd, '/todos', NODES, (index) => ({
      host: hostOf(127, index + 256),
      port: 9,
      state: 'drain',
    }));
    const put = ({ id, port }: MeteorNode): Promise<void> => etcd.put(`/todos/${id}`, `127.0.0.1:${port}`);
    await put(a);

    const began = performance.now();
    const kept = await watches.serve([], {
      watch: { settle: '50ms' },
      app: {
        inventory: [{ etcd: { endpoints: [...etcd.endpoints], prefix: '/todos' } }],
        health: { interval: '1h' },
      },
    });
    const { watch, status } = await watches.start(kept, '--reload');
    await untilReady(status);
    await untilNewClientsGetTo(kept.port, 'a');
    say(stage, `${NODES} nodes published, served and watched after ${since(began)} ms`);

    const joined = performance.now();
    await put(b);
    while ((await sendRequest({ port: kept.port }, '/')).node !== b.id);
    say(stage, `the first request on a node that joins comes after ${since(joined)} ms`);

    const gone = watch.says(/: server b of todos was removed/, { withinMs: 60_000 });
    const removed = performance.now();
    await etcd.remove(`/todos/${b.id}`);
    await gone;
    say(stage, `a node that leaves is gone after ${since(removed)} ms`);
    say(
      stage,
      `watch took ${peakMb(watch.pid)} MB at most, and has ${cpuSeconds(watch.pid)} s of CPU behind it`,
    );
    if (stage.proxy.proxy === 'haproxy') expect(watch.said()).not.toContain('reloaded');
  });
});

const since = (began: number): number => Math.round(performance.now() - began);

const say = ({ proxy }: Stage, what: string): void =>
  void stdout.write(`${proxy.proxy} ${proxy.version}: ${what}\n`);

/** The most memory that a process has had at a time. */
const peakMb = (pid: number): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

/** Of itself, in user and system; the kernel counts hundredths. */
const cpuSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
};
