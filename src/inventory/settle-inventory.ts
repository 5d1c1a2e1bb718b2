import type { Inventory } from '../cluster/schema/inventory.ts';
import { type AppListing, believeSources } from './believe-sources.ts';
import { toEntry } from './flat-node.ts';
import { holdFlapping } from './hold-flapping.ts';
import { type AppMemory, type Memory, NOTHING, recall } from './memory.ts';
import { type Notice, nodeNotices, sourceNotices } from './notices.ts';
import { takenBy, union, withoutRepeats } from './taken.ts';

/** Ids of nodes that are believed though their source lists them no more, by app. */
export type LostNodes = ReadonlyMap<string, ReadonlySet<string>>;

export interface Settled {
  readonly memory: Memory;
  readonly inventory: Inventory;
  readonly lost: LostNodes;
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
    lost: new Map(apps.map(({ app, lost }) => [app, new Set(lost.map(({ id }) => id))])),
    notices: apps.flatMap(({ notices }) => notices),
    unknown: apps.filter(({ isUnknown }) => isUnknown).map(({ app }) => app),
    againInMs: waits.length === 0 ? null : Math.min(...waits),
  };
};

const settleApp = (before: AppMemory, { app, listings, taken }: AppListing, rules: Rules) => {
  const names = listings.map(({ source }) => source);
  const sources = believeSources({ app, listings, taken }, recall(before, names), rules.maxShrink);
  const listed = withoutRepeats(
    sources.flatMap(({ list }) => list ?? []),
    taken,
  );
  const lost = withoutRepeats(
    sources.flatMap(({ verdict }) => (verdict.obeyed ? [] : verdict.lost)),
    union([taken, takenBy(listed.kept)]),
  ).kept;
  const believed = [...listed.kept, ...lost];
  const { nodes, held, known, againInMs } = holdFlapping(before.known, believed, rules);
  return {
    app,
    // Another node may have taken the place of one that is held.
    nodes: withoutRepeats(nodes, taken).kept,
    lost,
    notices: [
      ...sources.flatMap((source) => sourceNotices(app, source)),
      ...nodeNotices(app, listed.repeats, held),
    ],
    againInMs,
    isUnknown: before.believed === null && sources.some(({ list }) => list === null),
    memory: {
      sources: new Map(
        sources.flatMap(({ listing, memory }) =>
          memory === null ? [] : [[listing.source, memory] as const],
        ),
      ),
      believed,
      known,
    },
  };
};
