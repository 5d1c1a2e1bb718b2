/** What is remembered of nodes that come and go, by node. */
export type Comings = ReadonlyMap<string, Coming>;

interface Coming {
  readonly here: boolean;
  /** When it went, the latest last; only as long as it matters. */
  readonly went: readonly number[];
  /** When it came or went last. */
  readonly changed: number;
}

/** So often within the time, and a node is held. */
const OFTEN = 3;

/** What became of the nodes that are listed now. */
export interface Observation {
  readonly comings: Comings;
  /** Nodes that came and went too often: they stay in `drain`, whether they are listed or not. */
  readonly held: readonly string[];
  /** Milliseconds until the first of them is let go; null for none. */
  readonly againInMs: number | null;
}

/** Notes who is listed now. A node that has gone three times within `holdMs` is held until it has been quiet as long. Pure. */
export const observeComings = (
  before: Comings,
  listed: readonly string[],
  { now, holdMs }: { readonly now: number; readonly holdMs: number },
): Observation => {
  const here = new Set(listed);
  const comings = new Map<string, Coming>();
  for (const id of new Set([...before.keys(), ...here])) {
    const coming = next(before.get(id), here.has(id), now, holdMs);
    if (coming !== null) comings.set(id, coming);
  }
  const held = [...comings].filter(([, { went }]) => went.length >= OFTEN);
  return {
    comings,
    held: held.map(([id]) => id),
    againInMs:
      held.length === 0
        ? null
        : Math.max(1, Math.min(...held.map(([, { changed }]) => changed + holdMs - now))),
  };
};

const next = (before: Coming | undefined, here: boolean, now: number, holdMs: number): Coming | null => {
  if (before === undefined) return { here, went: [], changed: now };
  const changed = before.here === here ? before.changed : now;
  if (now - changed >= holdMs) return here ? { here, went: [], changed } : null;
  const isHeld = before.went.length >= OFTEN;
  const recent = isHeld ? before.went : before.went.filter((at) => now - at < holdMs);
  return { here, went: before.here && !here ? [...recent, now] : recent, changed };
};
