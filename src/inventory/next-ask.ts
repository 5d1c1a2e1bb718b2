/** What decides when a source is asked again. */
export interface Asked {
  /** How often it is to be asked. */
  readonly intervalMs: number;
  /** How long its answer is good for, where it said so. */
  readonly againInMs: number | null;
  /** How many times it failed in a row. */
  readonly failures: number;
  /** 0 to 1, drawn anew each time. */
  readonly random: number;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;
/** Whatever a source says of how long its answer is good. */
const SHORTEST_MS = 1000;
const JITTER = 0.1;

/**
 * Milliseconds until a source is asked again: its interval, or less where its answer is good for less; after failures a
 * second, then twice as long each time up to half a minute, or to its interval where that is longer. A tenth more or less, so that
 * several balancers don't ask at one moment. Pure.
 */
export const nextAskMs = ({ intervalMs, againInMs, failures, random }: Asked): number => {
  const dueMs =
    failures > 0
      ? Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), Math.max(LAST_RETRY_MS, intervalMs))
      : Math.min(intervalMs, Math.max(SHORTEST_MS, againInMs ?? intervalMs));
  return Math.round(dueMs * (1 - JITTER + 2 * JITTER * random));
};
