import type { Listing, Source } from '../../inventory/source.ts';
import type { System } from '../../platform/system.ts';
import { createAlarm } from '../time/alarm.ts';
import { createExclusive } from '../time/exclusive.ts';
import { createSettler } from '../time/settle.ts';
import type { Hearers } from './keep-source.ts';
import { printOf } from './listing-print.ts';

/** A source whose files tell when it may say something else. */
export interface KeptFiles {
  /** What it says now. */
  listing(): Promise<Listing>;
  /** One of its files changed. */
  touched(): void;
  stop(): Promise<void>;
}

/** Files that are touched again and again are read together; what they say settles once more before it is published. */
const SETTLING = { settleMs: 50, ceilingMs: 500 };

/**
 * Compares what a source lists with what was given out last when its files change, or when time alone may change it: a
 * heartbeat that touches a file is no change.
 */
export const keepFiles = (source: Source, { onChange, onError }: Hearers, system: System): KeptFiles => {
  const ending = new AbortController();
  const exclusive = createExclusive(); // so that what was given out is never older than what a look compared it with
  let given: string | null = null;

  const read = async (): Promise<Listing> => {
    const { againInMs, ...listing } = await source.ask(system, ending.signal);
    if (!ending.signal.aborted) again.set(againInMs ?? null);
    return listing;
  };
  const look = async (): Promise<void> => {
    const isOther = await exclusive(async () => printOf(await read()) !== given && given !== null);
    if (isOther && !ending.signal.aborted) onChange();
  };
  const settler = createSettler({ ...SETTLING, onError }, look, system);
  const again = createAlarm(settler.notify, system);

  return {
    listing: () =>
      exclusive(async () => {
        const listing = await read();
        given = printOf(listing);
        return listing;
      }),
    touched: settler.notify,
    stop: async () => {
      ending.abort();
      again.set(null);
      await settler.stop();
    },
  };
};
