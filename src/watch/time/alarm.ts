import type { System } from '../../platform/system.ts';

/** Rings once, at the time that was set last. */
export interface Alarm {
  /** Sets it anew; null takes it back. */
  set(inMs: number | null): void;
}

/** An alarm that calls `ring`. */
export const createAlarm = (ring: () => void, clock: Pick<System, 'sleep'>): Alarm => {
  let current = new AbortController();
  return {
    set: (inMs) => {
      current.abort();
      if (inMs === null) return;
      current = new AbortController();
      const { signal } = current;
      clock.sleep(inMs, signal).then(
        () => {
          if (!signal.aborted) ring();
        },
        () => {}, // it was set anew
      );
    },
  };
};
