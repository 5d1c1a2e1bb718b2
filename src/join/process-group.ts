import type { System } from '../platform/system.ts';

/** A command that runs, with all that it has started. */
export interface ProcessGroup {
  readonly pid: number;
  /** How its first process ended, in words; what it had left is killed then. Never rejects. */
  readonly ended: Promise<string>;
  /** Sends a signal to all, and SIGKILL where that is not enough; resolves when it has ended. */
  end(signal: NodeJS.Signals, onKill: () => void): Promise<void>;
}

/** Time from a signal to SIGKILL. */
export const END_MS = 10_000;

/** Starts a command; in words, why it can't be started. */
export const startGroup = async (
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  system: System,
): Promise<ProcessGroup | string> => {
  const fail = (why: string): string => `${command[0]} can not be started: ${why}`;
  try {
    const { pid, ended } = await system.start(command, { env, readsInput: true });
    return pid === undefined ? fail(await ended) : groupOf(pid, ended, system);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error)); // such as a folder that is gone
  }
};

const groupOf = (pid: number, first: Promise<string>, system: System): ProcessGroup => {
  const send = (signal: NodeJS.Signals): void => {
    try {
      system.kill(-pid, signal);
    } catch {
      // it has ended meanwhile
    }
  };
  const ended = first.then((how) => {
    send('SIGKILL');
    return how;
  });
  return {
    pid,
    ended,
    end: async (signal, onKill) => {
      send(signal);
      const timer = new AbortController();
      void ended.then(() => timer.abort());
      await system.sleep(END_MS, timer.signal).then(
        () => {
          onKill();
          send('SIGKILL');
        },
        () => {},
      );
      await ended;
    },
  };
};
