import { addressText } from '../cluster/cluster.ts';
import type { Inventory } from '../cluster/schema/inventory.ts';
import { type AppListing, type BelievedSource, believeSources } from './believe-sources.ts';
import { type FlatNode, flatten, toEntry, withoutRepeats } from './flat-node.ts';
import { holdFlapping, type Known, NOBODY_KNOWN } from './hold-flapping.ts';
import type { Listing } from './source.ts';

/** What is kept of an app between two looks at its sources. */
interface AppMemory {
  /** The last good list of each source. */
  readonly lists: ReadonlyMap<string, readonly FlatNode[]>;
  /** The nodes that were believed last; null before the first time. */
  readonly believed: readonly FlatNode[] | null;
  readonly known: Known;
}

export type Memory = ReadonlyMap<string, AppMemory>;

/** Something that a person should know about an app's list. */
export interface Notice {
  /** `guard`: the last good list stays; `left-out`: an entry does not count; `held`: a node came and went too often. */
  readonly kind: 'guard' | 'left-out' | 'held';
  readonly app: string;
  readonly message: string;
}

export interface Settled {
  readonly memory: Memory;
  readonly inventory: Inventory;
  readonly notices: readonly Notice[];
  /** Apps of which nothing is remembered, and a source can't be had: what it lists is not among the nodes. */
  readonly unknown: readonly string[];
  /** Milliseconds until a held node is let go, or a source may say something else; null for never. */
  readonly againInMs: number | null;
}

interface Rules {
  readonly maxShrink: number;
  readonly holdMs: number;
  readonly now: number;
}

/** What is believed of what the sources say now. Pure. */
export const settleInventory = (before: Memory, asked: readonly AppListing[], rules: Rules): Settled => {
  const apps = asked.map((listing) => settleApp(before.get(listing.app) ?? NOTHING, listing, rules));
  const waits = [
    ...apps.flatMap(({ againInMs }) => (againInMs === null ? [] : [againInMs])),
    ...asked.flatMap(({ listings }) => listings.flatMap(({ againInMs = [] }) => againInMs)),
  ];
  return {
    memory: new Map(apps.map(({ app, memory }) => [app, memory])),
    inventory: {
      version: 1,
      apps: Object.fromEntries(apps.map(({ app, nodes }) => [app, nodes.map(toEntry)])),
    },
    notices: apps.flatMap(({ notices }) => notices),
    unknown: apps.filter(({ isUnknown }) => isUnknown).map(({ app }) => app),
    againInMs: waits.length === 0 ? null : Math.min(...waits),
  };
};

const NOTHING: AppMemory = { lists: new Map(), believed: null, known: NOBODY_KNOWN };

/** What was believed last, as it was written down. */
export const memoryOf = (inventory: Inventory): Memory =>
  new Map(
    Object.entries(inventory.apps).map(([app, entries]) => [
      app,
      { ...NOTHING, believed: entries.flatMap((entry) => flatten(app, entry, '')) },
    ]),
  );

/** What is believed, to be written down. */
export const inventoryOf = (memory: Memory): Inventory => ({
  version: 1,
  apps: Object.fromEntries(
    [...memory].flatMap(([app, { believed }]) => (believed === null ? [] : [[app, believed.map(toEntry)]])),
  ),
});

const settleApp = (before: AppMemory, asked: AppListing, rules: Rules) => {
  const { app, taken } = asked;
  const notice = (kind: Notice['kind'], message: string): Notice => ({ kind, app, message });
  const last = lastOf(
    before,
    asked.listings.map(({ source }) => source),
  );
  const sources = believeSources(asked, last, rules.maxShrink);
  const lists = new Map(
    sources.flatMap(({ listing, list }) => (list === null ? [] : [[listing.source, list] as const])),
  );
  const { kept, repeats } = withoutRepeats([...lists.values()].flat(), taken);
  const { nodes, held, known, againInMs } = holdFlapping(before.known, kept, rules);
  const notices = [
    ...sources.flatMap((source) => noticesOf(source).map(([kind, message]) => notice(kind, message))),
    ...repeats.map(({ id, address }) =>
      notice(
        'left-out',
        `left out: ${id} at ${addressText(address)}, since another node has that id or address`,
      ),
    ),
    ...held.map((id) => notice('held', `${id} came and went too often: it stays in drain for now`)),
  ];
  return {
    app,
    // Another node may have taken the place of one that is held.
    nodes: withoutRepeats(nodes, taken).kept,
    notices,
    againInMs,
    isUnknown: before.believed === null && sources.some(({ list }) => list === null),
    memory: { lists, believed: kept, known },
  };
};

/**
 * What each source listed last; where that was not remembered, those believed nodes that came from there. A source that is new inherits the
 * believed nodes that no other one had: it may list by another name what a former one listed.
 */
const lastOf = ({ lists, believed }: AppMemory, sources: readonly string[]) => {
  const own = (source: string): readonly FlatNode[] | null =>
    lists.get(source) ?? someOf(believed?.filter((node) => node.source === source));
  const owned = new Set(sources.flatMap((source) => (own(source) ?? []).map(({ id }) => id)));
  const left = someOf(believed?.filter(({ id }) => !owned.has(id)));
  return (source: string): readonly FlatNode[] | null => own(source) ?? left;
};

const someOf = (nodes: readonly FlatNode[] = []): readonly FlatNode[] | null =>
  nodes.length === 0 ? null : nodes;

const noticesOf = ({
  listing: { source, entries, problems },
  list,
  verdict,
}: BelievedSource): readonly (readonly [Notice['kind'], string])[] => {
  if (entries === null) {
    const stays = list === null ? 'nothing is known of what it lists' : 'its last good list stays';
    return [['guard', `${source} can not be read, and ${stays}: ${wordsOf(problems)}`]];
  }
  const leftOut = problems.map(
    (problem) => ['left-out', `left out of ${source}: ${wordsOf([problem])}`] as const,
  );
  if (verdict.obeyed) return leftOut;
  return [...leftOut, ['guard', `the last good list of ${source} stays: ${verdict.reason}`]];
};

const wordsOf = (problems: Listing['problems']): string =>
  problems
    .map(({ place, message, hint }) => {
      const where = place === null ? '' : `${place.file}:${place.line}:${place.column} `;
      return `${where}${message}${hint === null ? '' : ` (${hint})`}`;
    })
    .join('; ');
