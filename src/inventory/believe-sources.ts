import { type FlatNode, flatten } from './flat-node.ts';
import { judgeList, type Verdict } from './guard.ts';
import type { Listing } from './source.ts';
import { type Taken, takenBy, union, withoutRepeats } from './taken.ts';

/** What one app's sources said, and the nodes that the description itself has for it. */
export interface AppListing {
  readonly app: string;
  readonly listings: readonly Listing[];
  readonly taken: Taken;
}

/** What is remembered of a source. */
export interface SourceMemory {
  /** The last list that was obeyed, less what went rightly since, each node as it was listed last: losses are measured against it. */
  readonly obeyed: readonly FlatNode[];
  /** What it lists since, where that is not obeyed; else null. */
  readonly refused: readonly FlatNode[] | null;
}

/** What is believed of one source. */
export interface BelievedSource {
  readonly listing: Listing;
  /** What it lists, or listed last where it can't be had; null where nothing is known of it. */
  readonly list: readonly FlatNode[] | null;
  /** Whether that is all; if not, the nodes that are lost stay besides. */
  readonly verdict: Verdict;
  /** What is to be remembered of it; null for nothing. */
  readonly memory: SourceMemory | null;
}

/**
 * What is believed of each source, whatever becomes of the others: what it lists, or listed last where it can't be had, and besides, where
 * that is fewer nodes than `maxShrink` allows, those that it has lost. Pure.
 */
export const believeSources = (
  { app, listings, taken }: AppListing,
  remembered: (source: string) => SourceMemory | null,
  maxShrink: number,
): readonly BelievedSource[] => {
  const seen = listings.map((listing) => {
    const before = remembered(listing.source);
    const now = listing.entries?.flatMap((entry) => flatten(app, entry, listing.source));
    return { listing, before, list: now ?? before?.refused ?? before?.obeyed ?? null };
  });
  const owned = seen.map(({ list }) => takenBy(withoutRepeats(list ?? [], taken).kept));
  return seen.map(({ listing, before, list }, index) => {
    if (list === null) return { listing, list, verdict: { obeyed: true }, memory: null };
    const elsewhere = union([taken, ...owned.filter((_, other) => other !== index)]);
    const verdict = judgeList(before?.obeyed ?? [], list, elsewhere, maxShrink);
    const memory = verdict.obeyed ? { obeyed: list, refused: null } : { obeyed: verdict.base, refused: list };
    return { listing, list, verdict, memory };
  });
};
