import type { System } from '../platform/system.ts';

/** Waits for work, but not longer than a time, nor than a signal. Whether it came to its end; it goes on where it did not. */
export const within = async (
  work: Promise<unknown>,
  ms: number,
  system: Pick<System, 'sleep'>,
  signal?: AbortSignal,
): Promise<boolean> => {
  const done = new AbortController();
  const either = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  const over = system.sleep(Math.max(1, ms), either).catch(() => {});
  try {
    return await Promise.race([work.then(() => true), over.then(() => false)]);
  } finally {
    done.abort();
  }
};
