import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createCookieJar } from '../support/cookie-jar.ts';
import { clientOf, untilNewClientsGetTo } from '../support/faults.ts';
import { freeRow, startJoin } from '../support/joined.ts';
import { keepProxy } from '../support/kept-proxy.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';

const UWS_NODE = fileURLToPath(new URL('../support/uws-node.mjs', import.meta.url));

describeProxies('workers whose transport is uws', ({ proxy }) => {
  vi.setConfig({ testTimeout: 120_000 });

  test('have a port of it each, take WebSockets through the proxy, and have the same one after they died', async () => {
    const app = { inventory: [{ directory: 'nodes.d' }], transport: 'uws', balance: 'round-robin' };
    const kept = await keepProxy({
      proxy,
      nodes: [],
      app,
      parts: { watch: { settle: '50ms', hold: '1ms' } },
    });
    onTestFinished(() => kept.stop());
    const first = await freeRow(4);
    const [one = '', two = ''] = [first, first + 1].map(String);
    const uws = [first + 2, first + 3];
    const settings = { public: { a: 1 }, packages: { 'ddp-server': { uws: { port: uws[0] } } } };
    const joined = startJoin(
      kept.folder,
      ['--app=todos', '--workers=2', `--port=${first}`, '--grace=1s'],
      [execPath, UWS_NODE],
      { METEOR_SETTINGS: JSON.stringify(settings), DDP_TRANSPORT: 'uws' },
    );
    await joined.says(/( is listed[\s\S]*){2}/);
    expect(joined.said()).toContain(`uws of ${one} on ${uws[0]}`);
    expect(joined.said()).toContain(`uws of ${two} on ${uws[1]}`);
    await kept.run('apply');
    await kept.startProxy();
    const watch = kept.start(['watch', '--reload', '--verbose']);
    await watch.says(/nothing to do/, { all: true });

    const open = (jar = createCookieJar()) => openSession('raw-websocket', { port: kept.port, jar });
    for (const node of [one, two]) {
      const session = await open(await clientOf(kept.port, node));
      expect(session.node).toBe(node);
      expect(await session.call('echo', 'x'.repeat(1000))).toBe('x'.repeat(1000));
      await session.close();
    }

    const jar = await clientOf(kept.port, one);
    const session = await open(jar);
    const [worker = 0] = await joined.workers();
    const left = watch.says(new RegExp(`server todos-127.0.0.1-${one} of todos was removed`));
    process.kill(worker, 'SIGKILL');
    await session.closed;
    const moved = await open(jar);
    expect(moved.node).toBe(two);
    await moved.close();
    await joined.says(new RegExp(`does not run: SIGKILL[^]*uws of ${one} on ${uws[0]}[^]* is listed`));
    await left;
    // Once the proxy is proven to serve it: nginx's old workers, which do not know it, take clients for a moment more.
    await watch.says(new RegExp(`server todos-127.0.0.1-${one} of todos was added`), { all: true });
    await untilNewClientsGetTo(kept.port, one + two);
    const again = await open(await clientOf(kept.port, one));
    expect(again.node).toBe(one);
    await again.close();
    joined.kill('SIGTERM');
    expect(await joined.ended).toBe(0);
    watch.kill('SIGTERM');
    expect(await watch.ended).toBe(0);
  });
});
