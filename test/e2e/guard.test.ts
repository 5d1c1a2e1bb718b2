import { expect, test, vi } from 'vitest';
import { clientOf, untilNewClientsGetTo, untilReady, whoAnswers } from '../support/faults.ts';
import { askReadiness } from '../support/kept-proxy.ts';
import { listed } from '../support/kept-stage.ts';
import { describeProxies } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { stageWatches } from '../support/watches.ts';

describeProxies('a list that lost too many nodes', (stage) => {
  const { proxy, nodes } = stage;
  vi.setConfig({ testTimeout: 120_000 });
  const watches = stageWatches(stage);
  const stateCounts = async (status: number) => (await askReadiness(status)).outputs[0]?.nodes;

  test.concurrent('is followed while they stay, and they go when others have come', async () => {
    const all = await watches.list(8);
    const some = (ids: string) => all.filter(({ id }) => ids.includes(id));
    const { kept, watch, status } = await watches.follow(some('abcdef'));
    const onB = await clientOf(kept.port, 'b');

    // Four of six are lost at once, and one of the others drains.
    const told = watch.says(/lists too few ready nodes, .* instead of 5/);
    await kept.list(some('ab').map((node) => (node.id === 'b' ? { ...node, state: 'drain' } : node)));
    expect(await told).toMatch(/1 instead of 5: .* until it lists 3 .*: c, d, e, f$/);
    await untilReady(status, false);
    await untilNewClientsGetTo(kept.port, 'acdef');
    expect(await whoAnswers(kept.port, { jar: onB })).toBe('b');
    expect(await stateCounts(status)).toEqual({ ready: 5, drain: 1, down: 0 });

    // The one that drained goes, and a new one comes.
    await kept.list(some('ag'));
    await untilNewClientsGetTo(kept.port, 'acdefg');
    await until(async () => (await stateCounts(status))?.drain === 0);
    await untilReady(status, false);

    // What a restart finds written down goes on.
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
    const second = await watches.start(kept, '--reload');
    await second.watch.says(/lists too few ready nodes, 2 instead of 5: .* until it lists 3/, { all: true });
    await untilNewClientsGetTo(kept.port, 'acdefg');

    // Enough others have come.
    const well = second.watch.says(/in step again/);
    await kept.list(some('agh'));
    await well;
    await untilNewClientsGetTo(kept.port, 'agh');
    await untilReady(second.status);
  });

  test.concurrent('and whose nodes are dead: they get no clients, though nobody allows it', async () => {
    const own = await nodes(5);
    const dead = own.slice(2);
    const health = { interval: '200ms', timeout: '1s', fall: 2, rise: 2 };
    const all = own.map(listed);
    const { kept, watch, status } = await watches.follow(all, { app: { health } });
    const lost = watch.says(/lists too few ready nodes, 2 instead of 5: .*: c, d, e$/);
    await Promise.all(dead.map((node) => node.kill()));
    await kept.list(all.slice(0, 2));
    await lost;
    // HAProxy's own checks take them out; nginx passes over a node that refuses for a while, and is told.
    if (proxy.proxy === 'nginx') await until(async () => (await stateCounts(status))?.down === 3);
    await untilNewClientsGetTo(kept.port, 'ab');
    await untilReady(status, false);

    // One that answers again takes part, though it is not listed.
    await dead[0]?.restart();
    if (proxy.proxy === 'nginx') await until(async () => (await stateCounts(status))?.down === 2);
    await untilNewClientsGetTo(kept.port, 'abc');
  });
});
