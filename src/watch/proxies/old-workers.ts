import type { Controller } from '../../control/controller.ts';

/** When old workers end. */
export interface Retirement {
  /** How long one keeps its sockets, milliseconds. */
  readonly timeMs: number;
  /** Over how long they are closed then, milliseconds. */
  readonly trickleMs: number;
}

/** What is known of an old worker. */
interface Known {
  readonly since: number;
  /** Where among the workers that became old with it, from 0 to 1: they end one after another, over the trickle. */
  readonly share: number;
  /** Sockets that it had when it was last looked at; null before that. */
  readonly left: number | null;
}

/** Old workers by pid. */
export type OldWorkers = ReadonlyMap<number, Known>;

/** How many sockets of a worker to close now. */
export interface Closing {
  readonly pid: number;
  readonly count: number;
}

/** The old workers there are now; those that were not known begin their time now. */
export const noteWorkers = (known: OldWorkers, pids: readonly number[], now: number): OldWorkers => {
  const fresh = pids.filter((pid) => !known.has(pid));
  return new Map(
    pids.map((pid) => [
      pid,
      known.get(pid) ?? { since: now, share: (fresh.indexOf(pid) + 1) / fresh.length, left: null },
    ]),
  );
};

/**
 * What to close now, `everyMs` after the last time: of each worker whose time is over, as many sockets as have all closed
 * evenly over the trickle. Where single sockets can't be closed, whole workers end, spread over the trickle. Pure.
 */
export const closingsNow = (
  known: OldWorkers,
  { timeMs, trickleMs }: Retirement,
  now: number,
  { everyMs, oneByOne }: { readonly everyMs: number; readonly oneByOne: boolean },
): readonly Closing[] => {
  if (!oneByOne) {
    return [...known]
      .filter(([, { since, share }]) => now >= since + timeMs + trickleMs * share)
      .map(([pid]) => ({ pid, count: 1 }));
  }
  const due = [...known].filter(([, { since }]) => now >= since + timeMs);
  return due.map(([pid, { since, left }]) => {
    const ticks = Math.max(1, Math.floor((since + timeMs + trickleMs - now) / everyMs));
    return { pid, count: left === null ? 1 : Math.ceil(left / ticks) };
  });
};

/** Closes what is due; what is known afterwards. */
export const closeDue = async (
  known: OldWorkers,
  closings: readonly Closing[],
  controller: Pick<Controller, 'closeSockets'>,
): Promise<OldWorkers> => {
  const after = new Map(known);
  for (const { pid, count } of closings) {
    const left = await controller.closeSockets({ pid }, count);
    const before = after.get(pid);
    if (before !== undefined) after.set(pid, { ...before, left });
  }
  return after;
};
