import type { System } from '../../platform/system.ts';

/** May be changed while the settler goes on. */
export interface Settling {
  /** How long it must be quiet before gathered changes lead to a run. */
  readonly settleMs: number;
  /** How long changes are gathered at most, counted from the first of them. */
  readonly ceilingMs: number;
  /** Gets what a run rejects with: a bug, after which the settler goes on. */
  onError(error: unknown): void;
}

export interface Settler {
  /** Asks for a run that starts after this call. */
  notify(): void;
  /** Resolves when no run goes on and none is due. */
  idle(): Promise<void>;
  /** Drops what is due and resolves when the run at hand is over; later changes are ignored. */
  stop(): Promise<void>;
}

/**
 * Turns bursts of changes into single runs, never two at a time. A change after quiet runs at once; others are
 * gathered until it is quiet again, at most for the ceiling. Each change is followed by a run that starts after it.
 */
export const createSettler = (
  settling: Settling,
  run: () => Promise<void>,
  clock: Pick<System, 'now' | 'sleep'>,
): Settler => {
  const stopping = new AbortController();
  let quietSince = Number.NEGATIVE_INFINITY;
  let lastChange = Number.NEGATIVE_INFINITY;
  let pending: { readonly dueMs: number; readonly atOnce: boolean } | null = null;
  let working = false;
  let work = Promise.resolve();

  const waitMs = (): number => {
    if (pending === null || pending.atOnce) return 0;
    return Math.min(lastChange + settling.settleMs, pending.dueMs) - clock.now();
  };

  const runOnce = async (): Promise<void> => {
    pending = null;
    try {
      await run();
    } catch (error) {
      settling.onError(error);
    } finally {
      quietSince = clock.now();
    }
  };

  const settle = async (): Promise<void> => {
    working = true;
    try {
      while (pending !== null && !stopping.signal.aborted) {
        const wait = waitMs();
        if (wait <= 0) await runOnce();
        else await clock.sleep(wait, stopping.signal).catch(ignoreAbort(stopping.signal));
      }
    } finally {
      working = false; // in the same turn as the last look at pending, so that no change falls between
    }
  };

  return {
    notify: () => {
      if (stopping.signal.aborted) return;
      const now = clock.now();
      const quiet = !working && now - Math.max(quietSince, lastChange) >= settling.settleMs;
      pending ??= { dueMs: now + settling.ceilingMs, atOnce: quiet };
      lastChange = now;
      if (!working) work = settle();
    },
    idle: async () => {
      while (working) await work;
    },
    stop: async () => {
      stopping.abort();
      await work;
    },
  };
};

const ignoreAbort =
  (signal: AbortSignal) =>
  (error: unknown): void => {
    if (!signal.aborted) throw error;
  };
