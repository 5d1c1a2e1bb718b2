import type { Inventory } from '../cluster/schema/inventory.ts';
import type { SourceMemory } from './believe-sources.ts';
import { type FlatNode, flatten, toEntry } from './flat-node.ts';
import { type Known, NOBODY_KNOWN } from './hold-flapping.ts';

/** What is kept of an app between two looks at its sources. */
export interface AppMemory {
  readonly sources: ReadonlyMap<string, SourceMemory>;
  /** The nodes that were believed last; null before the first time. */
  readonly believed: readonly FlatNode[] | null;
  readonly known: Known;
}

export type Memory = ReadonlyMap<string, AppMemory>;

/** Nothing is known of an app. */
export const NOTHING: AppMemory = { sources: new Map(), believed: null, known: NOBODY_KNOWN };

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

/**
 * What is remembered of each of an app's sources; where that was lost, those believed nodes that came from there. A source that is new inherits the
 * believed nodes that no other one had, as its own: it may list by another name what a former one listed.
 */
export const recall = (
  { sources, believed }: AppMemory,
  names: readonly string[],
): ((source: string) => SourceMemory | null) => {
  const own = (source: string): SourceMemory | null =>
    sources.get(source) ?? obeyed(believed?.filter((node) => node.source === source));
  const owned = new Set(names.flatMap((source) => nodesOf(own(source)).map(({ id }) => id)));
  const left = believed?.filter(({ id }) => !owned.has(id));
  return (source) => own(source) ?? obeyed(left?.map((node) => ({ ...node, source })));
};

const nodesOf = (source: SourceMemory | null): readonly FlatNode[] =>
  source === null ? [] : [...source.obeyed, ...(source.refused ?? [])];

const obeyed = (nodes: readonly FlatNode[] = []): SourceMemory | null =>
  nodes.length === 0 ? null : { obeyed: nodes, refused: null };
