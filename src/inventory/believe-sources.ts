import { addressText } from '../cluster/cluster.ts';
import { type FlatNode, flatten, type Taken, withoutRepeats } from './flat-node.ts';
import { judgeShrink, type Verdict } from './guard.ts';
import type { Listing } from './source.ts';

/** What one app's sources said, and the nodes that the description itself has for it. */
export interface AppListing {
  readonly app: string;
  readonly listings: readonly Listing[];
  readonly taken: Taken;
}

/** What is believed of one source. */
export interface BelievedSource {
  readonly listing: Listing;
  /** What it lists, or its last good list; null where nothing is known of it. */
  readonly list: readonly FlatNode[] | null;
  readonly verdict: Verdict;
}

/** What a source that can't be had lists, for all that is known. */
type LastList = (source: string) => readonly FlatNode[] | null;

/**
 * What is believed of each source, whatever becomes of the others: its last good list where it can't be had, or where it
 * loses more nodes than `maxShrink` allows. Nodes that went after they were drained or down are no loss, nor those that another
 * source or the description has now. Pure.
 */
export const believeSources = (
  { app, listings, taken }: AppListing,
  last: LastList,
  maxShrink: number,
): readonly BelievedSource[] => {
  const seen = listings.map((listing) => {
    const before = last(listing.source);
    const now = listing.entries?.flatMap((entry) => flatten(app, entry, listing.source)) ?? null;
    return { listing, before, now };
  });
  const owned = seen.map(({ before, now }) => takenBy(withoutRepeats(now ?? before ?? [], taken).kept));
  return seen.map(({ listing, before, now }, index) => {
    if (now === null || before === null) return { listing, list: now ?? before, verdict: { obeyed: true } };
    const elsewhere = union([taken, ...owned.filter((_, other) => other !== index)]);
    const verdict = judgeShrink(
      idsOf(withoutRepeats(withoutLeft(before, now), elsewhere).kept),
      idsOf(withoutRepeats(now, elsewhere).kept),
      maxShrink,
    );
    return { listing, list: verdict.obeyed ? now : before, verdict };
  });
};

/** Without those that are gone, and had been told to take no sessions before. */
const withoutLeft = (before: readonly FlatNode[], now: readonly FlatNode[]): readonly FlatNode[] => {
  const here = new Set(idsOf(now));
  return before.filter(({ id, state }) => state === 'ready' || here.has(id));
};

const takenBy = (nodes: readonly FlatNode[]): Taken => ({
  ids: new Set(nodes.map(({ id }) => id.toLowerCase())),
  addresses: new Set(nodes.map(({ address }) => addressText(address))),
});

const union = (all: readonly Taken[]): Taken => ({
  ids: new Set(all.flatMap(({ ids }) => [...ids])),
  addresses: new Set(all.flatMap(({ addresses }) => [...addresses])),
});

const idsOf = (nodes: readonly FlatNode[]): readonly string[] => nodes.map(({ id }) => id);
