import { expect, onTestFinished, test, vi } from 'vitest';
import type { MeteorNode } from '../support/cluster.ts';
import { startDnsmasq } from '../support/dnsmasq.ts';
import { startEtcd } from '../support/etcd.ts';
import { clientOf, untilNewClientsGetTo, untilReady, whoAnswers } from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { serveKeptProxy } from '../support/kept-proxy.ts';
import { createListServer } from '../support/list-server.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

describeProxies('nodes of several sources', ({ proxy, nodes }) => {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

  test('come, drain and go as they are listed, whatever becomes of the other sources', async () => {
    const [a, b, c, d, e] = (await nodes(5)) as [MeteorNode, MeteorNode, MeteorNode, MeteorNode, MeteorNode];
    const etcd = await startEtcd();
    onTestFinished(etcd.stop);
    const dns = await startDnsmasq(['--host-record=todos.test,127.0.0.1', '--local=/test/']);
    onTestFinished(dns.stop);
    const list = await createListServer();
    list.say(JSON.stringify([`${c.host}:${c.port}`]));
    await list.listen();
    onTestFinished(list.close);
    const interval = '200ms';
    const inventory = [
      { file: 'nodes.yaml' },
      { dns: 'todos.test', port: b.port, resolver: dns.server, interval },
      { http: list.url, interval },
      { etcd: { endpoints: [...etcd.endpoints], prefix: '/todos' } },
    ];
    const kept = await serveKeptProxy({
      proxy,
      nodes: [{ id: 'a', host: a.host, port: a.port }],
      parts: { watch: { settle: '20ms', poll: '500ms', hold: '1ms' } },
      app: { inventory },
    });
    onTestFinished(kept.stop);
    const [status = 0] = await freePorts(1);
    const watch = kept.start(['watch', '--reload', '--verbose', '--status', `127.0.0.1:${status}`]);
    await untilReady(status);
    await untilNewClientsGetTo(kept.port, 'abc');

    // One that joins takes sessions; in drain it keeps them and takes no new ones.
    await etcd.put('/todos/d', `${d.host}:${d.port}`);
    await untilNewClientsGetTo(kept.port, 'abcd');
    const jar = await clientOf(kept.port, 'd');
    const session = await openSession('websocket', { port: kept.port, jar });
    expect(session.node).toBe('d');
    await etcd.put('/todos/d', JSON.stringify({ host: d.host, port: d.port, state: 'drain' }));
    await untilNewClientsGetTo(kept.port, 'abc');
    expect(await whoAnswers(kept.port, { jar })).toBe('d');
    await session.close(); // HAProxy gives new clients to the nodes with the fewest connections
    await etcd.put('/todos/d', `${d.host}:${d.port}`);
    await untilNewClientsGetTo(kept.port, 'abcd');

    // The web server fails: its list stays, and the others count on.
    const failing = watch.says(/http:\/\/127\.0\.0\.1.* its last good list stays/);
    await list.close();
    await failing;
    await untilReady(status, false);
    const { ID: lease } = (await etcd.ask('/v3/lease/grant', { TTL: 3 })) as { ID: string };
    await etcd.put('/todos/e', `${e.host}:${e.port}`, { lease });
    await untilNewClientsGetTo(kept.port, 'abcde');

    // Nobody keeps the lease: it ends, as that of a node that was killed.
    await untilNewClientsGetTo(kept.port, 'abcd');

    // etcd goes and comes back.
    const gone = watch.says(/etcd \/todos\/ can not be read/);
    await etcd.members[0]?.kill();
    await gone;
    await untilNewClientsGetTo(kept.port, 'abcd');
    etcd.members[0]?.start();
    await etcd.ready();
    await etcd.put('/todos/e', `${e.host}:${e.port}`);
    await untilNewClientsGetTo(kept.port, 'abcde');
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
  });
});
