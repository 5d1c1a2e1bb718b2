import { stdout } from 'node:process';
import { afterAll, test } from 'vitest';
import { sendRequest } from '../support/http-client.ts';
import { type KeptProxy, type ListedNode, serveKeptProxy } from '../support/kept-proxy.ts';
import { describeProxies } from '../support/stage.ts';
import { size } from './size.ts';

const CHANGES = size(50, 3);

describeProxies('from the rename of the inventory file to the first request on the new node', (stage) => {
  const open: KeptProxy[] = [];
  afterAll(async () => {
    await Promise.all(open.map((kept) => kept.stop()));
  });

  test(`over ${CHANGES} changes`, async () => {
    const nodes = await stage.nodes(2);
    const [a, b] = nodes.map(({ id, host, port }): ListedNode => ({ id, host, port }));
    if (a === undefined || b === undefined) throw new Error('two nodes are needed');
    const kept = await serveKeptProxy({
      proxy: stage.proxy,
      nodes: [a],
      parts: { watch: { settle: '50ms', maxShrink: '100%', hold: '1ms' } },
      app: { balance: 'round-robin', stickiness: 'none' },
    });
    open.push(kept);
    const watch = kept.start(['watch', '--reload', '--verbose']);
    await watch.says(/nothing to do/, { all: true });
    const ms: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      const began = performance.now();
      await kept.list([a, b]);
      while ((await sendRequest({ port: kept.port }, '/')).node !== b.id);
      ms.push(performance.now() - began);
      const gone = watch.says(/was removed/);
      await kept.list([a]);
      await gone;
    }
    const sorted = ms.toSorted((x, y) => x - y);
    const at = (share: number): string => `${Math.round(sorted[Math.floor((CHANGES - 1) * share)] ?? 0)} ms`;
    stdout.write(
      `${stage.proxy.proxy} ${stage.proxy.version}: p50 ${at(0.5)}, p99 ${at(0.99)}, of ${CHANGES} changes\n`,
    );
  });
});
