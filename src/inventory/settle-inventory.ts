import { addressText } from '../cluster/cluster.ts';
import type { Inventory } from '../cluster/schema/inventory.ts';
import { type Comings, observeComings } from './flapping.ts';
import { type FlatNode, flatten, type Taken, toEntry, withoutRepeats } from './flat-node.ts';
import { judgeShrink } from './guard.ts';
import type { Listing } from './source.ts';

/** What one app's sources said, and the nodes that the description itself has for it. */
export interface AppListing {
  readonly app: string;
  readonly listings: readonly Listing[];
  readonly taken: Taken;
}

/** What is kept of an app between two looks at its sources. */
interface AppMemory {
  /** The last good list of each source. */
  readonly lists: ReadonlyMap<string, readonly FlatNode[]>;
  /** The nodes that were believed last; null before the first time. */
  readonly believed: readonly FlatNode[] | null;
  readonly comings: Comings;
  /** Each node as it was listed last, as long as its comings are remembered. */
  readonly known: ReadonlyMap<string, FlatNode>;
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
  /** Apps whose sources can't be read, and of which nothing is known: nothing should be published without them. */
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
    unknown: apps.filter(({ memory }) => memory.believed === null).map(({ app }) => app),
    againInMs: waits.length === 0 ? null : Math.min(...waits),
  };
};

const NOTHING: AppMemory = { lists: new Map(), believed: null, comings: new Map(), known: new Map() };

/** What was believed last, as it was written down. */
export const memoryOf = (inventory: Inventory): Memory =>
  new Map(
    Object.entries(inventory.apps).map(([app, entries]) => [
      app,
      { ...NOTHING, believed: entries.flatMap((entry) => flatten(app, entry)) },
    ]),
  );

/** What is believed, to be written down. */
export const inventoryOf = (memory: Memory): Inventory => ({
  version: 1,
  apps: Object.fromEntries(
    [...memory].flatMap(([app, { believed }]) => (believed === null ? [] : [[app, believed.map(toEntry)]])),
  ),
});

const settleApp = (before: AppMemory, { app, listings, taken }: AppListing, rules: Rules) => {
  const notice = (kind: Notice['kind'], message: string): Notice => ({ kind, app, message });
  const lists = new Map(
    listings.flatMap(({ source, entries }) => {
      const list = entries?.flatMap((entry) => flatten(app, entry)) ?? before.lists.get(source);
      return list === undefined ? [] : [[source, list] as const];
    }),
  );
  const notices = listings.flatMap(({ source, entries, problems }) =>
    entries === null
      ? [notice('guard', `${source} can not be read, ${stays(lists.has(source))}: ${wordsOf(problems)}`)]
      : problems.map((problem) => notice('left-out', `left out of ${source}: ${wordsOf([problem])}`)),
  );
  const { kept, repeats } = withoutRepeats([...lists.values()].flat(), taken);
  notices.push(
    ...repeats.map(({ id, address }) =>
      notice(
        'left-out',
        `left out: ${id} at ${addressText(address)}, since another node has that id or address`,
      ),
    ),
  );

  // A source of which nothing is known may have listed anything.
  const complete = listings.every(({ source }) => lists.has(source));
  const stillBelieved = before.believed && stillMeant(before.believed, before.lists, listings, taken);
  let believed = stillBelieved;
  if (complete) {
    const verdict = judgeShrink(idsOf(stillBelieved ?? []), idsOf(kept), rules.maxShrink);
    if (verdict.obeyed) believed = kept;
    else notices.push(notice('guard', `the last good list stays: ${verdict.reason}`));
  }

  const listed = believed ?? [];
  const { comings, held, againInMs } = observeComings(before.comings, idsOf(listed), {
    now: rules.now,
    holdMs: rules.holdMs,
  });
  const known = new Map(
    [...before.known, ...listed.map((node) => [node.id, node] as const)].filter(([id]) => comings.has(id)),
  );
  notices.push(
    ...held.map((id) => notice('held', `${id} came and went too often: it stays in drain for now`)),
  );
  const isHeld = new Set(held);
  const absent = held.filter((id) => !listed.some((node) => node.id === id));
  const nodes = [
    ...listed.map((node) => (isHeld.has(node.id) ? drained(node) : node)),
    ...absent.flatMap((id) => {
      const node = known.get(id);
      return node === undefined ? [] : [drained(node)];
    }),
  ];
  // Another node may have taken the place of one that is held.
  const { kept: inPlace } = withoutRepeats(nodes, taken);
  return { app, nodes: inPlace, notices, againInMs, memory: { lists, believed, comings, known } };
};

const stays = (isKnown: boolean): string =>
  isKnown ? 'and its last good list stays' : 'and nothing is known of what it lists';

/**
 * Those believed nodes that the sources there are now may have: a node that the description itself has is not gone, and one
 * whose source was taken out of the description went with it.
 */
const stillMeant = (
  believed: readonly FlatNode[],
  lists: AppMemory['lists'],
  listings: readonly Listing[],
  taken: Taken,
): readonly FlatNode[] => {
  if (listings.length === 0) return [];
  const asked = new Set(listings.map(({ source }) => source));
  const idsIn = (isAsked: boolean): Set<string> =>
    new Set(
      [...lists].filter(([source]) => asked.has(source) === isAsked).flatMap(([, list]) => idsOf(list)),
    );
  const dropped = idsIn(false);
  const listed = idsIn(true);
  const meant = believed.filter(({ id }) => !dropped.has(id) || listed.has(id));
  return withoutRepeats(meant, taken).kept;
};

const drained = (node: FlatNode): FlatNode => (node.state === 'ready' ? { ...node, state: 'drain' } : node);

const idsOf = (nodes: readonly FlatNode[]): readonly string[] => nodes.map(({ id }) => id);

const wordsOf = (problems: Listing['problems']): string =>
  problems
    .map(({ place, message, hint }) => {
      const where = place === null ? '' : `${place.file}:${place.line}:${place.column} `;
      return `${where}${message}${hint === null ? '' : ` (${hint})`}`;
    })
    .join('; ');
