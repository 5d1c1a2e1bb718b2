/** A signal that comes with another one, or when a time is over, with ETIMEDOUT as its reason. */
export interface TimedSignal {
  readonly signal: AbortSignal;
  /** Ends what still goes on, and the clock. */
  end(): void;
}

export const timedSignal = (signal: AbortSignal, timeoutMs: number): TimedSignal => {
  const ending = new AbortController();
  const error = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => ending.abort(error), timeoutMs);
  return {
    signal: AbortSignal.any([signal, ending.signal]),
    end: () => {
      clearTimeout(timer);
      ending.abort();
    },
  };
};
