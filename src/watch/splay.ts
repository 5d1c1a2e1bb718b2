import type { System } from '../platform/system.ts';
import { createAlarm } from './alarm.ts';

/** Changes that wait, so that several balancers which see them at one moment don't reload at one moment. */
export interface Splay {
  /** Tells a change; those that come while one waits go with it. */
  notify(): void;
  /** Drops what waits. */
  stop(): void;
}

/** Calls `pass` a random time after a change, up to `longestMs`; at once where that is 0. */
export const createSplay = (
  pass: () => void,
  longestMs: () => number,
  system: Pick<System, 'sleep' | 'random'>,
): Splay => {
  let isWaiting = false;
  const alarm = createAlarm(() => {
    isWaiting = false;
    pass();
  }, system);
  return {
    notify: () => {
      const longest = longestMs();
      if (longest === 0) return pass();
      if (isWaiting) return;
      isWaiting = true;
      alarm.set(longest * system.random());
    },
    stop: () => alarm.set(null),
  };
};
