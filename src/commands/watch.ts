import type { System } from '../platform/system.ts';
import { follow } from '../watch/follow.ts';
import type { Follower, FollowOptions } from '../watch/follower.ts';
import type { Log } from '../watch/log/log.ts';
import { createMetrics } from '../watch/status/metrics.ts';
import { createNotifier, type ServiceEnvironment } from '../watch/status/notify.ts';
import type { Address } from '../watch/status/parse-address.ts';
import { statusLine } from '../watch/status/status-line.ts';
import { startStatusServer } from '../watch/status/status-server.ts';

/** What a process is told from outside. */
interface Signals {
  /** Called for each signal until it is told to end. */
  listen(handler: (signal: NodeJS.Signals) => void): void;
}

export interface WatchCommandOptions extends FollowOptions {
  /** Where the status is served; null for nowhere. */
  readonly status: Address | null;
}

interface Surroundings {
  readonly log: Log;
  readonly signals: Signals;
  readonly env: ServiceEnvironment;
  readonly pid: number;
}

/**
 * Follows a description until it is told to end: SIGTERM and SIGINT finish the step at hand and leave the proxy running, SIGHUP
 * runs at once. With children, SIGTERM and SIGINT end them at once, SIGQUIT when their last socket has ended unless another
 * signal comes first. SIGUSR1 is passed on, and where a child takes it for such an end it is one of all. Rejects with LbError where the status can't be served, or a child ends by itself.
 */
export const watch = async (
  options: WatchCommandOptions,
  system: System,
  { log, signals, env, pid }: Surroundings,
): Promise<void> => {
  const metrics = await createMetrics();
  const notifier = createNotifier(env, system, log, pid);
  let follower: Follower | null = null;
  const server =
    options.status === null
      ? null
      : await startStatusServer(options.status, () => follower?.status() ?? NOTHING_YET, metrics, system);
  const onRun = (): void => void notifier.status(statusLine(running.status()));
  const running = follow(options, system, { log, metrics, onRun });
  follower = running;
  let isEnding = false;
  const told = new Promise<NodeJS.Signals>((resolve) => {
    signals.listen((signal) => {
      if (signal === 'SIGHUP') return running.runNow();
      if (signal === 'SIGUSR1' && !running.isGentleEnd(signal)) return running.signalChildren(signal);
      if (isEnding) running.signalChildren('SIGTERM'); // who says it twice does not want to wait
      isEnding = true;
      resolve(signal);
    });
  });
  const endWatchdog = notifier.startWatchdog(running.isAlive);
  await Promise.race([running.first, told]);
  await notifier.ready();
  const reason = await Promise.race([told, running.broken]);
  await notifier.stopping();
  log.info(typeof reason === 'string' ? `${reason}: ends when the step at hand is done` : reason.message);
  await running.stop(reason === 'SIGQUIT' || reason === 'SIGUSR1');
  endWatchdog();
  await server?.close();
  if (typeof reason !== 'string') throw reason;
};

const NOTHING_YET = { outputs: [], apps: [], guards: [], sources: [] };
