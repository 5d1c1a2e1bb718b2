import { visible } from '../../diagnostics/format.ts';
import type { System } from '../../platform/system.ts';
import type { Log } from '../log/log.ts';

/** Tells the service manager how the watch fares; nothing where there is none that wants to know. */
export interface Notifier {
  /** It has started; systemd starts what comes after it. */
  ready(): Promise<void>;
  /** It is about to end. */
  stopping(): Promise<void>;
  /** What `systemctl status` shows; told only when it is another than before. */
  status(text: string): Promise<void>;
  /** Tells again and again that it is alive, as long as it is, where the manager asked for that. Returns what ends it. */
  startWatchdog(isAlive: () => boolean): () => void;
}

/** What the service manager has put into the environment. */
export interface ServiceEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
}

/**
 * systemd's protocol, spoken by `systemd-notify`, for Node has no Unix datagram sockets. The program is another
 * process than ours, so the unit needs NotifyAccess=all.
 */
export const createNotifier = (
  env: ServiceEnvironment,
  system: Pick<System, 'run' | 'sleep'>,
  log: Pick<Log, 'warn'>,
  ownPid: number,
): Notifier => {
  const wanted = Boolean(env.NOTIFY_SOCKET);
  let complained = false;
  let missing = false;
  let lastStatus = '';
  let last = Promise.resolve();

  const send = async (assignment: string): Promise<void> => {
    if (missing) return;
    const { exitCode, failed, output } = await system.run(['systemd-notify', assignment], TIMEOUT_MS);
    if (exitCode === 0) return;
    missing = failed === 'ENOENT';
    if (complained) return;
    complained = true;
    log.warn(
      missing
        ? 'systemd is not told how the watch fares: there is no systemd-notify here, and without it a unit needs Type=exec and no WatchdogSec'
        : `systemd-notify failed: ${failed ?? (output.trim() || `exit code ${exitCode}`)}`,
    );
  };

  /** One after another, so that the manager gets them in their order. */
  const tell = (assignment: string): Promise<void> => {
    if (wanted) last = last.then(() => send(assignment));
    return last;
  };

  return {
    ready: () => tell('READY=1'),
    stopping: () => tell('STOPPING=1'),
    status: (text) => {
      if (text === lastStatus) return last;
      lastStatus = text;
      return tell(`STATUS=${visible(text)}`);
    },
    startWatchdog: (isAlive) => {
      const stopping = new AbortController();
      const periodMs = wanted ? watchdogMs(env, ownPid) : null;
      const ping = async (everyMs: number): Promise<void> => {
        while (!stopping.signal.aborted) {
          if (isAlive()) await tell('WATCHDOG=1');
          await system.sleep(everyMs, stopping.signal).catch(() => {});
        }
      };
      if (periodMs !== null) void ping(periodMs / 2);
      return () => stopping.abort();
    },
  };
};

const TIMEOUT_MS = 5000;

/** Within which time the manager wants to hear of us; null where it doesn't, or wants to hear of another process. */
const watchdogMs = (
  { WATCHDOG_USEC = '', WATCHDOG_PID = '' }: ServiceEnvironment,
  ownPid: number,
): number | null => {
  if (WATCHDOG_PID !== '' && WATCHDOG_PID !== String(ownPid)) return null;
  return /^[1-9][0-9]*$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 1000 : null;
};
