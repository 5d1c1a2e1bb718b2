/** Who has lived so long had no trouble with its start. */
const STEADY_MS = 60_000;
const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** Milliseconds until a worker is started again: 1 s after its first death, then each time twice as long, up to 30 s. Pure. */
export const restartDelay = (lastMs: number | null, livedMs: number): number =>
  lastMs === null || livedMs >= STEADY_MS ? FIRST_MS : Math.min(LONGEST_MS, lastMs * 2);
