import type { System } from '../../platform/system.ts';
import { createAlarm } from './alarm.ts';

/** Tries again what failed, later each time. */
export interface Retry {
  /** After a second, and twice as long each time, up to the longest wait. */
  later(): void;
  /** After the longest wait, since it will hardly be better. */
  muchLater(): void;
  /** It went well: nothing is tried again, and the next time waits a second. */
  noMore(): void;
}

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** A retry that calls `again`. */
export const createRetry = (again: () => void, clock: Pick<System, 'sleep'>): Retry => {
  const alarm = createAlarm(again, clock);
  let failures = 0;
  return {
    later: () => {
      alarm.set(Math.min(LONGEST_MS, FIRST_MS * 2 ** failures));
      failures++;
    },
    muchLater: () => alarm.set(LONGEST_MS),
    noMore: () => {
      failures = 0;
      alarm.set(null);
    },
  };
};
