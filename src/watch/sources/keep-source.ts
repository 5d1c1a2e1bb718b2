import { nextAskMs } from '../../inventory/next-ask.ts';
import { type Listing, type Source, unreadable } from '../../inventory/source.ts';
import type { System } from '../../platform/system.ts';
import { createDeferred } from '../time/deferred.ts';
import { printOf } from './listing-print.ts';

/** A source that is asked again and again. */
export interface KeptSource {
  /** What it said last. At the start its first answer is waited for, a moment. */
  listing(): Promise<Listing>;
  /** Resolves when it is asked no more. */
  stop(): Promise<void>;
}

export interface Hearers {
  /** What the source says is not what was given out last. */
  onChange(): void;
  /** Gets what a source rejects with, which is a bug. */
  onError(error: unknown): void;
}

/** How long a run waits for the first answer. */
const FIRST_ANSWER_MS = 2000;
/** A source that can't be followed for longer is asked with back-off. */
const QUICK_MS = 1000;

/** Asks a source in a loop of its own, so that a slow or failing one holds up nobody. */
export const keepSource = (source: Source, { onChange, onError }: Hearers, system: System): KeptSource => {
  const ending = new AbortController();
  const { signal } = ending;
  const first = createDeferred<void>();
  const started = system.now();
  let last: Listing | null = null;
  let given: string | null = null;

  const hear = (listing: Listing): void => {
    if (signal.aborted) return;
    last = listing;
    first.resolve();
    if (given !== null && given !== printOf(listing)) onChange();
  };

  /** Whether it was followed for a while, so that it can be asked again at once. */
  const followed = async (): Promise<boolean> => {
    const since = system.now();
    await source.follow?.(system, signal, hear);
    return system.now() - since >= QUICK_MS;
  };

  /** A bug in a source does not end its loop. */
  const guarded = <Value>(doing: Promise<Value>, instead: Value): Promise<Value> =>
    doing.catch((error: unknown) => {
      if (signal.aborted) throw error;
      onError(error);
      return instead;
    });

  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      const listing = await guarded(
        source.ask(system, signal),
        unreadable(source.name, 'it could not be asked'),
      );
      hear(listing);
      if (listing.entries === null) failures++;
      else if (source.follow === undefined) failures = 0;
      else if (await guarded(followed(), false)) {
        failures = 0;
        continue;
      } else failures++;
      const { intervalMs } = source;
      const asked = { intervalMs: intervalMs ?? 0, againInMs: listing.againInMs ?? null, failures };
      await system.sleep(nextAskMs({ ...asked, random: system.random() }), signal);
    }
  };
  const looping = loop().catch((error: unknown) => {
    if (!signal.aborted) onError(error);
  });

  return {
    listing: async () => {
      const patience = new AbortController();
      const waitMs = started + FIRST_ANSWER_MS - system.now();
      if (last === null && waitMs > 0) {
        const soon = system.sleep(waitMs, patience.signal).catch(() => {});
        await Promise.race([first.promise, soon]);
        patience.abort();
      }
      // When it is asked again is no matter of the run.
      const { againInMs: _, ...listing } = last ?? unreadable(source.name, 'it has not answered yet');
      given = printOf(listing);
      return listing;
    },
    stop: async () => {
      ending.abort();
      await looping;
    },
  };
};
