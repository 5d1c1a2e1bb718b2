import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, type TestContext, test, vi } from 'vitest';
import { type Dnsmasq, startDnsmasq } from '../support/dnsmasq.ts';
import { startEtcd } from '../support/etcd.ts';
import { editDescription, untilNewClientsGetTo, untilReady, whoTakesNewClients } from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { askReadiness, type ListedNode } from '../support/kept-proxy.ts';
import { createListServer } from '../support/list-server.ts';
import { describeProxies } from '../support/stage.ts';
import { endWatch, stageWatches } from '../support/watches.ts';

/** A place where nodes are listed; it is down until it comes. */
interface Place {
  /** As a description has it. */
  readonly written: object;
  /** How the log names it. */
  readonly name: string;
  /** Why it can't be had while it is down. */
  readonly why: string;
  come(nodes: readonly ListedNode[]): Promise<void>;
  go(): Promise<void>;
}

const interval = '200ms';

type Create = (finished: TestContext['onTestFinished']) => Promise<Place>;

const etcdPlace: Create = async (finished) => {
  const etcd = await startEtcd();
  finished(etcd.stop);
  const [member] = etcd.members;
  await member?.kill();
  return {
    written: { etcd: { endpoints: [...etcd.endpoints], prefix: '/todos' } },
    name: 'etcd /todos/',
    why: 'connection refused',
    come: async (nodes) => {
      member?.start();
      await etcd.ready();
      for (const { id, host, port } of nodes) await etcd.put(`/todos/${id}`, `${host}:${port}`);
    },
    go: async () => member?.kill(),
  };
};

const httpPlace: Create = async (finished) => {
  const server = await createListServer();
  finished(server.close);
  return {
    written: { http: server.url, interval },
    name: `http ${server.url}`,
    why: 'connection refused',
    come: (nodes) => {
      server.say(JSON.stringify(nodes));
      return server.listen();
    },
    go: server.close,
  };
};

/** Its nodes are told by SRV records, all of one host. */
const dnsPlace: Create = async (finished) => {
  const name = '_meteor._tcp.todos.test';
  const [port = 0] = await freePorts(1);
  const resolver = `127.0.0.1:${port}`;
  let server: Dnsmasq | null = null;
  finished(async () => server?.stop());
  return {
    written: { dns: name, resolver, interval },
    name: `dns ${name} of ${resolver}`,
    why: 'no DNS server listens there',
    come: async (nodes) => {
      const records = nodes.map((node) => `--srv-host=${name},host.todos.test,${node.port}`);
      server = await startDnsmasq(['--host-record=host.todos.test,127.0.0.1', ...records], port);
    },
    go: async () => server?.stop(),
  };
};

describeProxies('watch that starts while its source is down', (stage) => {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
  const watches = stageWatches(stage);
  let a: ListedNode;
  let b: ListedNode;
  let c: ListedNode;

  beforeAll(async () => {
    [a, b, c] = (await watches.list(3)) as [ListedNode, ListedNode, ListedNode];
  });

  describe.each<[string, Create]>([
    ['etcd', etcdPlace],
    ['http', httpPlace],
    ['dns', dnsPlace],
  ])('%s', (_kind, create) => {
    test.concurrent('waits where nothing is remembered, while the proxy serves what it served', async ({
      onTestFinished,
    }) => {
      const place = await create(onTestFinished);
      const kept = await watches.serve([a]);
      const before = kept.text();
      await rm(join(kept.folder, 'state'), { recursive: true });
      await editDescription(kept, ({ apps }) => {
        apps.todos.inventory = [place.written];
      });
      const { watch, status } = await watches.start(kept, '--reload');
      const reason = new RegExp(
        `the nodes of todos are not known: ${place.name} can not be read.*${place.why}`,
      );
      expect(await watch.says(reason, { all: true })).toMatch(/what is served stays$/);
      const { ready, guards } = await askReadiness(status);
      expect(ready).toBe(false);
      expect(guards).toMatchObject([{ reason: expect.stringMatching(reason) }]);
      expect(kept.text()).toBe(before);
      expect(await whoTakesNewClients(kept.port)).toBe('a');

      await place.come([b, c]);
      await untilNewClientsGetTo(kept.port, 'bc');
      await untilReady(status);
      await endWatch(watch);
    });

    test.concurrent('starts from its last good list where it had one, says so, and follows', async ({
      onTestFinished,
    }) => {
      const place = await create(onTestFinished);
      const kept = await watches.keep([], { app: { inventory: [place.written] } });
      await place.come([a, b]);
      const earlier = await watches.start(kept, '--start');
      await untilReady(earlier.status);
      await untilNewClientsGetTo(kept.port, 'ab');
      await endWatch(earlier.watch);
      await place.go();

      const { watch, status } = await watches.start(kept, '--start');
      const stays = new RegExp(`${place.name} can not be read, and its last good list stays: .*${place.why}`);
      await watch.says(stays, { all: true });
      await untilNewClientsGetTo(kept.port, 'ab');
      const { ready, guards } = await askReadiness(status);
      expect(ready).toBe(false);
      expect(guards).toMatchObject([{ app: 'todos', reason: expect.stringMatching(stays) }]);

      await place.come([a, b, c]);
      await untilNewClientsGetTo(kept.port, 'abc');
      await untilReady(status);
      await endWatch(watch);
    });
  });
});
