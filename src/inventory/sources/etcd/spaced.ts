import type { System } from '../../../platform/system.ts';

/** Something that may be due often, and is done seldom. */
export interface Spaced {
  /** It is to be done: in a moment, or when the gap after the last time is over. */
  due(): void;
  /** Does at once what is still due, and nothing after that. Throws what it threw before. */
  end(): void;
}

/** Does something once for all that came in one turn, and again after a gap at the earliest. */
export const spaced = (act: () => void, gapMs: number, system: Pick<System, 'sleep'>): Spaced => {
  const ending = new AbortController();
  let isDue = false;
  let isBusy = false;
  let failure: { readonly error: unknown } | null = null;
  const actIfDue = (): void => {
    if (!isDue) return;
    isDue = false;
    act();
  };
  const work = async (): Promise<void> => {
    await Promise.resolve(); // what else comes in this turn belongs to it
    while (isDue) {
      actIfDue();
      await system.sleep(gapMs, ending.signal).catch(() => {}); // ended
    }
    isBusy = false;
  };
  return {
    due: () => {
      isDue = true;
      if (isBusy) return;
      isBusy = true;
      work().catch((error: unknown) => (failure = { error }));
    },
    end: () => {
      ending.abort();
      if (failure !== null) throw failure.error;
      actIfDue();
    },
  };
};
