import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodeSystem } from '../../../src/platform/node-system.ts';
import type { Ran } from '../../../src/platform/system.ts';
import { createNotifier, type ServiceEnvironment } from '../../../src/watch/status/notify.ts';
import { hasSystemdNotify, startServiceManager } from '../../support/service-manager.ts';
import { type FakeClock, fakeClock } from '../fake-clock.ts';

const OK: Ran = { exitCode: 0, output: '', failed: null };

/** A notifier whose program only takes notes. */
const notifying = (env: ServiceEnvironment, run: () => Promise<Ran> = async () => OK) => {
  const clock: FakeClock = fakeClock();
  const ran: string[] = [];
  const warnings: string[] = [];
  const system = {
    sleep: clock.sleep,
    run: (command: readonly string[]) => {
      ran.push(command.join(' '));
      return run();
    },
  };
  const log = { warn: (message: string) => void warnings.push(message) };
  return { clock, ran, warnings, notifier: createNotifier(env, system, log, 4711) };
};

const SERVICE = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '60000000' };

describe('the notifier', () => {
  test('runs nothing where no service manager wants to know', async () => {
    const { clock, ran, notifier } = notifying({ ...SERVICE, NOTIFY_SOCKET: undefined });
    await notifier.ready();
    await notifier.status('all is well');
    await notifier.stopping();
    notifier.startWatchdog(() => true);
    await clock.pass(100_000);
    expect(ran).toEqual([]);
  });

  test('tells one thing after another, a status only when it is new, and in one line', async () => {
    let atWork = 0;
    const { ran, notifier } = notifying(SERVICE, async () => {
      atWork += 1;
      expect(atWork).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      return OK;
    });
    void notifier.ready();
    void notifier.status('nginx: ok');
    void notifier.status('nginx: ok');
    void notifier.status('nginx: failed\nWATCHDOG=trigger');
    await notifier.stopping();
    expect(ran).toEqual([
      'systemd-notify READY=1',
      'systemd-notify STATUS=nginx: ok',
      'systemd-notify STATUS=nginx: failed\\nWATCHDOG=trigger',
      'systemd-notify STOPPING=1',
    ]);
  });

  test('tells that the watch is alive in half of the time, while it is', async () => {
    let alive = true;
    const { clock, ran, notifier } = notifying({ ...SERVICE, WATCHDOG_PID: '4711' });
    const stop = notifier.startWatchdog(() => alive);
    await clock.pass(29_999);
    expect(ran).toEqual(['systemd-notify WATCHDOG=1']);
    await clock.pass(30_001);
    expect(ran).toHaveLength(3);
    alive = false;
    await clock.pass(60_000);
    expect(ran).toHaveLength(3);
    alive = true;
    await clock.pass(30_000);
    expect(ran).toHaveLength(4);
    stop();
    await clock.pass(600_000);
    expect(ran).toHaveLength(4);
  });

  test.each([
    { name: 'of another process', env: { ...SERVICE, WATCHDOG_PID: '4712' } },
    { name: 'that is not there', env: { NOTIFY_SOCKET: SERVICE.NOTIFY_SOCKET } },
    { name: 'without a time', env: { ...SERVICE, WATCHDOG_USEC: '0' } },
  ])('does not feed a watchdog $name', async ({ env }) => {
    const { clock, ran, notifier } = notifying(env);
    notifier.startWatchdog(() => true);
    await clock.pass(600_000);
    expect(ran).toEqual([]);
  });

  test('says once that the program is missing, and tries no more', async () => {
    const { ran, warnings, notifier } = notifying(SERVICE, async () => ({
      exitCode: null,
      output: '',
      failed: 'ENOENT',
    }));
    await notifier.ready();
    await notifier.status('all is well');
    expect(ran).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('there is no systemd-notify here')]);
  });

  test('says once that the program failed, and tries again', async () => {
    const { ran, warnings, notifier } = notifying(SERVICE, async () => ({
      exitCode: 1,
      output: 'Failed to notify init system: Connection refused\n',
      failed: null,
    }));
    await notifier.ready();
    await notifier.stopping();
    expect(ran).toHaveLength(2);
    expect(warnings).toEqual(['systemd-notify failed: Failed to notify init system: Connection refused']);
  });
});

describe.skipIf(!hasSystemdNotify && !process.env.CI)('the real systemd-notify', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('brings everything to the socket of the environment', async ({ onTestFinished }) => {
    const { socket, next, stop: end } = await startServiceManager();
    onTestFinished(end);
    const messages = async (count: number): Promise<readonly string[]> => {
      const got: string[] = [];
      while (got.length < count) got.push(await next());
      return got;
    };
    vi.stubEnv('NOTIFY_SOCKET', socket);
    const warnings: string[] = [];
    const log = { warn: (message: string) => void warnings.push(message) };
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '800000' };
    const notifier = createNotifier(env, nodeSystem, log, process.pid);
    await notifier.ready();
    await notifier.status('nginx: reloaded, 3 nodes\nMAINPID=1');
    const stop = notifier.startWatchdog(() => true);
    const got = await messages(4);
    stop();
    await notifier.stopping();
    expect(got).toEqual([
      'READY=1',
      'STATUS=nginx: reloaded, 3 nodes\\nMAINPID=1',
      'WATCHDOG=1',
      'WATCHDOG=1',
    ]);
    expect((await messages(1)).concat(warnings)).toEqual(['STOPPING=1']);
  });

  test('is missing without harm', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    const warnings: string[] = [];
    const log = { warn: (message: string) => void warnings.push(message) };
    const notifier = createNotifier({ NOTIFY_SOCKET: '/nonexistent/notify' }, nodeSystem, log, process.pid);
    await notifier.ready();
    await notifier.stopping();
    expect(warnings).toEqual([expect.stringContaining('there is no systemd-notify here')]);
  });
});
