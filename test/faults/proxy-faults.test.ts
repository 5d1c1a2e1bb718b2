import { access, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import {
  answerGarbage,
  isRunning,
  untilNewClientsGetTo,
  untilReady,
  whoAnswers,
  whoTakesNewClients,
  workersOf,
} from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { askReadiness, type ListedNode } from '../support/kept-proxy.ts';
import { hasSystemdNotify, startServiceManager } from '../support/service-manager.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { endWatch, stageWatches } from '../support/watches.ts';

describeProxies('a proxy that is stopped, killed or started while watch runs', (stage) => {
  const { proxy } = stage;
  const isNginx = proxy.proxy === 'nginx';
  vi.setConfig({ testTimeout: 120_000 });
  const watches = stageWatches(stage);
  const ofOther = (_name: string, _run: () => Promise<void>): void => {};
  const testNginx = isNginx ? test.concurrent : ofOther;
  const testHaproxy = isNginx ? ofOther : test.concurrent;
  let a: ListedNode;
  let b: ListedNode;
  let c: ListedNode;

  beforeAll(async () => {
    [a, b, c] = (await watches.list(3)) as [ListedNode, ListedNode, ListedNode];
  });

  test.concurrent('a proxy that is stopped gets its file, and is seen when it runs again', async () => {
    const { kept, watch, status } = await watches.follow([a]);
    const told = watch.says(/no proxy serves it/);
    await kept.stopProxy();
    expect(await told).toMatch(isNginx ? /start it: / : /is HAProxy running/);
    await untilReady(status, false);
    await kept.list([a, b]);
    await until(async () => kept.text().includes(String(b.port)));
    const well = watch.says(/in step again/);
    await kept.startProxy();
    await well;
    await untilReady(status);
    expect(await whoTakesNewClients(kept.port)).toBe('ab');
    await kept.list([b]);
    await untilNewClientsGetTo(kept.port, 'b');
  });

  test.concurrent('a worker that is killed', async () => {
    const { kept, watch, status } = await watches.follow([a]);
    const [worker = 0] = await workersOf(kept);
    const told = isNginx ? null : watch.says(/no proxy serves it/);
    process.kill(worker, 'SIGKILL');
    await told; // HAProxy ends with its worker, nginx starts another
    if (!isNginx) await kept.startProxy();
    await untilNewClientsGetTo(kept.port, 'a');
    await untilReady(status);
    await kept.list([a, b]);
    await untilNewClientsGetTo(kept.port, 'ab');
  });

  test.concurrent('a master that is killed', async () => {
    const { kept, watch, status } = await watches.follow([a]);
    const workers = await workersOf(kept);
    const told = watch.says(/no proxy serves it/);
    await kept.stopProxy('SIGKILL');
    await told;
    await untilReady(status, false);
    if (isNginx) {
      // Its workers serve on, and only they can let go of the port.
      expect(await whoTakesNewClients(kept.port)).toBe('a');
      expect(watch.said()).toContain('its master has gone');
      for (const worker of workers) process.kill(worker, 'SIGTERM');
    }
    await until(async () => !workers.some(isRunning));
    await kept.startProxy();
    await untilReady(status);
    await kept.list([a, b]);
    await untilNewClientsGetTo(kept.port, 'ab');
  });

  testHaproxy(
    "HAProxy's socket is deleted, then another program's: changes come by reloads, until it is restarted",
    async () => {
      const { kept, watch, status } = await watches.follow([a]);
      const [, socket = ''] = /stats socket (?:unix@)?(\S+)/.exec(kept.text()) ?? [];
      const reloads = (): number => watch.said().split('reloaded:').length - 1;
      await rm(socket);
      const deleted = watch.says(/reloaded: .*no such socket; until its runtime API answers there/);
      await kept.list([a, b]);
      await deleted;
      await untilNewClientsGetTo(kept.port, 'ab');

      const garbage = await answerGarbage(socket);
      const replaced = watch.says(/reloaded: .*gave no answer .*that could be read/);
      await kept.list([a, b, c]);
      await replaced;
      await untilNewClientsGetTo(kept.port, 'abc');
      await untilReady(status);
      await garbage.asked(10); // the proxy is compared with what it should be, again and again
      expect(reloads()).toBe(2);

      await garbage.close();
      await kept.stopProxy();
      await kept.startProxy();
      const changed = watch.says(/changed without a reload/);
      await kept.list([a, b]);
      await changed;
      await untilNewClientsGetTo(kept.port, 'ab');
      await untilReady(status);
    },
  );

  test.concurrent('a proxy that somebody starts with an older file gets the new one', async () => {
    const { kept, watch, status } = await watches.follow([a]);
    const old = kept.text();
    await kept.list([a, b]);
    await untilNewClientsGetTo(kept.port, 'ab');
    watch.kill('SIGSTOP'); // so that it is not faster than they
    await kept.stopProxy();
    await writeFile(kept.output, old);
    await kept.startProxy();
    expect(await whoTakesNewClients(kept.port)).toBe('a');
    watch.kill('SIGCONT');
    await untilNewClientsGetTo(kept.port, 'ab');
    await untilReady(status);
    expect(kept.text()).toContain(String(b.port));
  });

  test.concurrent('--start runs the proxy, and ends with it', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { kept, watch, child, workers } = await watches.startProxy([a]);
      await kept.list([a, b]);
      await untilNewClientsGetTo(kept.port, 'ab');
      expect(isRunning(child)).toBe(true);
      if (!isNginx) expect(watch.said()).toMatch(/New worker|\[NOTICE\]/); // its own log
      watch.kill(signal);
      expect(await watch.ended).toBe(0);
      await expect(whoAnswers(kept.port)).rejects.toThrow();
      expect([child, ...workers].filter(isRunning)).toEqual([]);
    }
  });

  test.skipIf(!hasSystemdNotify && !process.env.CI)(
    'a proxy that --start starts is in step from the first word on, and counts as no stopped one',
    async ({ onTestFinished }) => {
      const manager = await startServiceManager();
      onTestFinished(manager.stop);
      const kept = await watches.keep([a]);
      const [status = 0] = await freePorts(1);
      const watch = kept.start(['watch', '--start', '--status', `127.0.0.1:${status}`], {
        NOTIFY_SOCKET: manager.socket,
      });
      expect([await manager.next(), await manager.next()].sort()).toEqual(['READY=1', 'STATUS=in step']);
      expect(await askReadiness(status)).toMatchObject({ ready: true });
      const metrics = await (await fetch(`http://127.0.0.1:${status}/metrics`)).text();
      expect(metrics).toMatch(/^meteor_lb_runs_total\{.*outcome="none"\} [1-9]/m);
      expect(metrics).toMatch(/^meteor_lb_runs_total\{.*outcome="stopped"\} 0$/m);
      expect(watch.said()).not.toContain('no proxy serves it');
      await endWatch(watch);
    },
  );

  testNginx('SIGUSR1 has the nginx of --start open its logs anew', async () => {
    const { kept, watch, child } = await watches.startProxy([a]);
    const log = join(kept.folder, 'nginx-error.log');
    await rename(log, `${log}.1`);
    watch.kill('SIGUSR1');
    await until(() =>
      access(log).then(
        () => true,
        () => false,
      ),
    );
    expect(isRunning(child)).toBe(true);
    expect(await whoAnswers(kept.port)).toBe('a');
    await endWatch(watch);
  });

  test.concurrent('SIGQUIT, or what the proxy takes for it, ends --start with the last socket, or at another signal', async () => {
    for (const [signal, isPatient] of [
      ['SIGQUIT', true],
      ['SIGQUIT', false],
      ...(isNginx ? [] : [['SIGUSR1', true] as const]),
    ] as const) {
      const { kept, watch, child } = await watches.startProxy([a]);
      const session = await openSession('websocket', { port: kept.port });
      watch.kill(signal);
      await until(() =>
        whoAnswers(kept.port).then(
          () => false,
          () => true,
        ),
      );
      expect(await session.call('whoami')).toBeDefined();
      expect(isRunning(child)).toBe(true);
      if (isPatient) await session.close();
      else watch.kill('SIGINT');
      expect(await watch.ended).toBe(0);
      expect(isRunning(child)).toBe(false);
      await session.closed;
    }
  });

  test.concurrent('--start whose proxy is killed leaves nobody on its ports, so that it can start again', async () => {
    const { kept, watch, child, workers } = await watches.startProxy([a]);
    process.kill(child, 'SIGKILL');
    expect(await watch.ended).toBe(7);
    expect(watch.said()).toMatch(new RegExp(`${proxy.proxy} ended by itself: SIGKILL`));
    expect([child, ...workers].filter(isRunning)).toEqual([]);
    const again = await watches.start(kept, '--start');
    await untilReady(again.status);
    await untilNewClientsGetTo(kept.port, 'a');
    await endWatch(again.watch);
  });
});
