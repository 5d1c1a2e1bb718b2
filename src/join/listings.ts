import { LbError } from '../diagnostics/lb-error.ts';
import { networkReason } from '../inventory/network-reason.ts';
import type { System } from '../platform/system.ts';
import { systemReason } from '../platform/system-error.ts';
import type { Log } from '../watch/log/log.ts';
import { createDeferred, type Deferred } from '../watch/time/deferred.ts';
import type { Place } from './place.ts';
import { within } from './within.ts';

/** What of this process's nodes is listed. */
export interface Listings {
  /**
   * Lists a node with a text; null takes it out. Resolves when that is so, however long it takes, or with false when something else is
   * wanted of the node meanwhile.
   */
  set(id: string, text: string | null): Promise<boolean>;
  /** Ends the keeping alive and leaves nothing behind; what the place does not do at once is given up. */
  close(): Promise<void>;
}

/** Time for the last writes. */
const LAST_MS = 2000;
/** Time until a place that failed is asked again. */
const AGAIN_MS = 1000;

interface Waiting {
  readonly id: string;
  readonly text: string | null;
  readonly settled: Deferred<boolean>;
}

/**
 * Brings a place to what is wanted last of each node, and keeps it so, whatever fails or is changed there meanwhile. Nodes of which nothing
 * was said are left alone.
 */
export const createListings = (place: Place, system: System, log: Log): Listings => {
  const wanted = new Map<string, string | null>();
  /** What is known to be there; nothing of a node where that is not known. */
  const done = new Map<string, string | null>();
  /** What was listed and is not any more. */
  const lost = new Set<string>();
  /** Why one can't be brought to what is wanted, though others can. */
  const hindrances = new Map<string, string>();
  const ending = new AbortController();
  let pause = new AbortController();
  const givingUp = new AbortController();
  const { signal } = givingUp;
  let waiting: readonly Waiting[] = [];
  let isBeatDue = false;
  let isFailing = false;
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  const bring = async (id: string): Promise<void> => {
    const text = wanted.get(id) ?? null;
    if (done.get(id) === text) return;
    done.delete(id); // a write that fails may have been done
    const why = await (text === null ? place.remove(id, signal) : place.put(id, text, signal));
    if (why !== null)
      return tellHindrance(id, `${id} can not be ${text === null ? 'taken out' : 'listed'}: ${why}`);
    done.set(id, text);
    hindrances.delete(id);
    if (lost.delete(id) && text !== null)
      log.warn(`${id} was not listed any more as it was put: it is listed again`);
  };

  const tellHindrance = (id: string, message: string): void => {
    if (hindrances.get(id) !== message) log.error(message);
    hindrances.set(id, message);
  };

  const beat = async (): Promise<void> => {
    const there = await place.keep([...done.keys()], signal);
    for (const [id, text] of [...done]) {
      if (there.get(id) === text) continue;
      if (text !== null) lost.add(id);
      done.delete(id);
    }
    isBeatDue = false;
  };

  const work = async (): Promise<void> => {
    try {
      if (isBeatDue) await beat();
      for (const id of wanted.keys()) await bring(id);
      if (isFailing) log.info(`${place.name} can be written again`);
      isFailing = false;
    } catch (error) {
      if (!isFailing && !signal.aborted) log.error(`${place.name} can not be written: ${reasonOf(error)}`);
      if (!isFailing) pause.abort();
      isFailing = true;
    }
    const isWanted = ({ id, text }: Waiting): boolean => wanted.get(id) === text;
    const isOpen = (one: Waiting): boolean => isWanted(one) && done.get(one.id) !== one.text;
    for (const one of waiting) if (!isOpen(one)) one.settled.resolve(isWanted(one));
    waiting = waiting.filter(isOpen);
  };

  /** One pass at a time, and after it one more for all that was wanted meanwhile. */
  const pass = (): Promise<void> => {
    if (current === null) {
      current = work().finally(() => {
        current = null;
      });
      return current;
    }
    next ??= current.then(() => {
      next = null;
      return pass();
    });
    return next;
  };

  const beats = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      pause = new AbortController();
      const either = AbortSignal.any([ending.signal, pause.signal]);
      await system.sleep(isFailing ? AGAIN_MS : place.beatMs, either).catch(() => {});
      if (ending.signal.aborted) return;
      if (pause.signal.aborted) continue; // it fails since, and is asked again sooner
      isBeatDue = true;
      await pass();
    }
  };
  void beats();

  return {
    set: (id, text) => {
      wanted.set(id, text);
      const settled = createDeferred<boolean>();
      waiting = [...waiting, { id, text, settled }];
      void pass();
      return settled.promise;
    },
    close: async () => {
      ending.abort();
      const closed = pass().then(() => place.close(signal));
      const failed = closed.then(
        () => null,
        (error) => reasonOf(error),
      );
      let why: string | null = 'no answer in time';
      await within(
        failed.then((reason) => {
          why = reason;
        }),
        LAST_MS,
        system,
      );
      givingUp.abort();
      if (why !== null) log.warn(`${place.name} could not be told of the end (${why}): ${place.remains}`);
    },
  };
};

const reasonOf = (error: unknown): string =>
  error instanceof LbError ? error.message : (systemReason(error) ?? networkReason(error));
