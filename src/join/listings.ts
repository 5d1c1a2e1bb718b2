import { LbError } from '../diagnostics/lb-error.ts';
import { networkReason } from '../inventory/network-reason.ts';
import type { System } from '../platform/system.ts';
import { systemReason } from '../platform/system-error.ts';
import type { Log } from '../watch/log.ts';
import type { Place } from './place.ts';

/** What of this process's nodes is listed. */
export interface Listings {
  /** Lists a node with a text; null takes it out. False where that failed, and is tried again with each beat. */
  set(id: string, text: string | null): Promise<boolean>;
  /** Ends the keeping alive, when all that can be done has been done. */
  close(): Promise<void>;
}

/** Keeps a place as it is wanted, whatever fails meanwhile. Nodes of which nothing was said are left alone. */
export const createListings = (place: Place, system: System, log: Log): Listings => {
  const wanted = new Map<string, string | null>();
  const done = new Map<string, string | null>();
  const closing = new AbortController();
  let last: Promise<void> = Promise.resolve();
  let failing = false;

  /** One after another, so that what was wanted last is what is there. */
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    last = last.then(async () => {
      try {
        await act();
        if (failing) log.info(`${place.name} can be written again`);
        failing = false;
      } catch (error) {
        const reason = reasonOf(error);
        if (!failing) log.error(`${place.name} can not be written: ${reason}`);
        failing = true;
      }
    });
    return last;
  };

  const bring = async (id: string): Promise<void> => {
    const text = wanted.get(id) ?? null;
    if (done.get(id) === text) return;
    if (text === null) await place.remove(id);
    else await place.put(id, text);
    done.set(id, text);
  };

  const beat = async (): Promise<void> => {
    const listed = [...done].filter(([, text]) => text !== null).map(([id]) => id);
    for (const id of await place.keep(listed)) {
      log.warn(`${id} was not listed any more, and is listed again`);
      done.delete(id);
    }
    for (const id of wanted.keys()) await bring(id);
  };

  const beats = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await system.sleep(place.beatMs, closing.signal).catch(() => {});
      if (!closing.signal.aborted) await inTurn(beat);
    }
  };
  const beating = beats();

  return {
    set: async (id, text) => {
      wanted.set(id, text);
      await inTurn(() => bring(id));
      return done.get(id) === text;
    },
    close: async () => {
      closing.abort();
      await beating;
      await inTurn(() => place.close());
    },
  };
};

const reasonOf = (error: unknown): string =>
  error instanceof LbError ? error.message : (systemReason(error) ?? networkReason(error));
