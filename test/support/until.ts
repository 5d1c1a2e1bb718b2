import { setTimeout as pause } from 'node:timers/promises';

/** Waits for what has no event: asks again until the answer is yes; throws when the time is over. */
export const until = async (isSo: () => Promise<boolean>, withinMs = 10_000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${isSo}`);
    await pause(20);
  }
};
