import type { System } from '../../src/platform/system.ts';

export interface FakeClock extends Pick<System, 'now' | 'sleep'> {
  /** Lets this much time pass; whoever sleeps wakes at its own time, in order, and does what it does before time goes on. */
  pass(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that stands still unless told. */
export const fakeClock = (): FakeClock => {
  let time = 0;
  let sleepers: Sleeper[] = [];
  return {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const abort = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const sleeper = { at: time + ms, wake };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', abort);
      }),
    pass: async (ms) => {
      const end = time + ms;
      await turn();
      for (;;) {
        const next = sleepers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        sleepers = sleepers.filter((other) => other !== next);
        time = next.at;
        next.wake();
        await turn();
      }
      time = end;
    },
  };
};

/** All that promises alone hold up is done. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
