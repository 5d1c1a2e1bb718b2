import { expect, onTestFinished, test, vi } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { type Dnsmasq, startDnsmasq } from '../support/dnsmasq.ts';
import { untilNewClientsGetTo, untilReady } from '../support/faults.ts';
import { describeProxies } from '../support/stage.ts';
import { endWatch, stageWatches } from '../support/watches.ts';

const NAME = '_meteor._tcp.todos.test';

describeProxies('nodes that SRV records name', (stage) => {
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  const watches = stageWatches(stage);

  test('come, go, move to another port and stand in for others, as the records say', async () => {
    const [a, b, c] = (await stage.nodes(3)) as [MeteorNode, MeteorNode, MeteorNode];
    let dns: Dnsmasq | null = null;
    onTestFinished(async () => dns?.stop());
    /** Has DNS name these nodes; it can't be asked for a moment. */
    const name = async (nodes: readonly MeteorNode[], backups: readonly MeteorNode[] = []): Promise<void> => {
      const port = dns?.port;
      await dns?.stop();
      const records = [
        ...nodes.map((node) => [node, 10] as const),
        ...backups.map((node) => [node, 20] as const),
      ];
      // This server alone knows the host: neither the system does nor the proxy.
      dns = await startDnsmasq(
        [
          '--host-record=host.todos.test,127.0.0.1',
          ...records.map(([to, priority]) => `--srv-host=${NAME},host.todos.test,${to.port},${priority}`),
        ],
        port,
      );
    };
    await name([a]);
    const { server } = dns as unknown as Dnsmasq;
    const kept = await watches.serve([], {
      app: { inventory: [{ dns: NAME, resolver: server, interval: '200ms' }] },
    });
    const { watch, status } = await watches.start(kept, '--reload');
    await untilReady(status);
    await untilNewClientsGetTo(kept.port, 'a');

    await name([a, b]);
    await untilNewClientsGetTo(kept.port, 'ab');
    await name([b]);
    await untilNewClientsGetTo(kept.port, 'b');
    await name([c]); // of the same host, by another port
    await untilNewClientsGetTo(kept.port, 'c');

    await name([c], [a]);
    await watch.says(/todos-127\.0\.0\.1-\d+ of todos was added/, { all: true });
    await untilNewClientsGetTo(kept.port, 'c');
    await c.kill();
    await untilNewClientsGetTo(kept.port, 'a');
    await untilReady(status);
    await endWatch(watch);
    expect(watch.said()).not.toContain('bug');
  });
});
