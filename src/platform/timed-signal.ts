/** Node's timers know no more; longer ones would ring at once. */
export const LONGEST_MS = 2 ** 31 - 1;

/** A signal that comes with another one, or when a time is over, with ETIMEDOUT as its reason. */
export interface TimedSignal {
  readonly signal: AbortSignal;
  /** Ends what still goes on, and the clock. */
  end(): void;
}

export const timedSignal = (signal: AbortSignal, timeoutMs: number): TimedSignal => {
  const ending = new AbortController();
  const error = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => ending.abort(error), Math.min(timeoutMs, LONGEST_MS));
  return {
    signal: AbortSignal.any([signal, ending.signal]),
    end: () => {
      clearTimeout(timer);
      ending.abort();
    },
  };
};
