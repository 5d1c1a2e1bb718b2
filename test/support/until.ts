import { setTimeout as pause } from 'node:timers/promises';

/** Waits for what has no event: asks again until the answer is yes; throws after ten seconds. */
export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ten seconds: ${isSo}`);
    await pause(20);
  }
};
