import { memoryUsage, stdout } from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { etcdSource } from '../../src/inventory/sources/etcd/etcd-source.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { startEtcd } from '../support/etcd.ts';

const NODES = 10_000;
const AT_ONCE = 100;

test(`${NODES} nodes in etcd: the first list, the same again, and one change`, async () => {
  const etcd = await startEtcd();
  onTestFinished(etcd.stop);
  for (let from = 0; from < NODES; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => put(from + index)));
  }
  function put(index: number, port = 3000): Promise<void> {
    const host = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    return etcd.put(`/bench/n${index}`, JSON.stringify({ host, port }));
  }

  const stopping = new AbortController();
  const { signal } = stopping;
  const source = etcdSource({ etcd: { endpoints: [...etcd.endpoints], prefix: '/bench' } }, (file) => file);
  const before = memoryUsage().rss;
  const first = await timed(() => source.ask(nodeSystem, signal));
  const grown = memoryUsage().rss - before;
  expect(first.result.entries).toHaveLength(NODES);
  const again = await timed(() => source.ask(nodeSystem, signal));
  const changed = await timed(async () => {
    const told = new Promise<void>((resolve) => {
      void source.follow?.(nodeSystem, signal, () => resolve());
    });
    await put(0, 3001);
    await told;
  });
  stopping.abort();
  stdout.write(
    `etcd, ${NODES} nodes: first list ${first.ms} ms, ${Math.round(grown / 2 ** 20)} MB more; again ${again.ms} ms; one change ${changed.ms} ms\n`,
  );
});

const timed = async <Result>(action: () => Promise<Result>): Promise<{ ms: number; result: Result }> => {
  const began = performance.now();
  const result = await action();
  return { ms: Math.round(performance.now() - began), result };
};
