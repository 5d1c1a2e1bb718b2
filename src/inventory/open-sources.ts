import { expandNodes } from '../cluster/expand-nodes.ts';
import type { Description } from '../cluster/schema/cluster.ts';
import type { SourceEntry } from '../cluster/schema/source.ts';
import type { System } from '../platform/system.ts';
import type { AppListing } from './believe-sources.ts';
import type { Listing, Source } from './source.ts';
import { inventorySource } from './sources/file/file-source.ts';
import { type OpeningContext, openSource } from './sources/registry.ts';
import { takenBy } from './taken.ts';

/** The sources of an app, and the nodes that the description itself has for it. */
export interface AppSources extends Omit<AppListing, 'listings'> {
  readonly sources: readonly OpenSource[];
}

/** A source, and what tells it from others. */
export interface OpenSource extends Source {
  /** The same for the same app and the same entry of the description. */
  readonly key: string;
  /** Which of the app's entries it is; null where it is an inventory file. */
  readonly index: number | null;
}

/**
 * The places where a description's nodes are listed; with an inventory file, that alone. `resolve` makes paths of the
 * description relative to where it is.
 */
export const openSources = (
  { apps }: Description,
  inventory: string | undefined,
  resolve: OpeningContext['resolve'],
): readonly AppSources[] =>
  Object.entries(apps).map(([app, { nodes, inventory: written = [] }]) => {
    const own = nodes.flatMap((entry) => expandNodes(app, entry, null));
    const taken = takenBy(own);
    if (inventory !== undefined) {
      const source = { ...inventorySource(inventory, app), key: `${app} ${inventory}`, index: null };
      return { app, taken, sources: [source] };
    }
    return {
      app,
      taken,
      sources: named(written.map((entry, index) => openOne(app, entry, index, { resolve }))),
    };
  });

/** Asks all sources at once. */
export const askSources = (apps: readonly AppSources[], system: System): Promise<readonly AppListing[]> =>
  askEach(apps, (source) => source.ask(system, new AbortController().signal));

/** What each source says, by `ask`. */
export const askEach = (
  apps: readonly AppSources[],
  ask: (source: OpenSource) => Promise<Listing>,
): Promise<readonly AppListing[]> =>
  Promise.all(
    apps.map(async ({ app, taken, sources }) => ({
      app,
      taken,
      listings: await Promise.all(
        sources.map(async (source) => ({ ...(await ask(source)), source: source.name })),
      ),
    })),
  );

const openOne = (app: string, entry: SourceEntry, index: number, context: OpeningContext): OpenSource => {
  const source = openSource(entry, context);
  return { ...source, key: `${app} ${source.name} ${JSON.stringify(entry)}`, index };
};

/** Each entry once, and each with a name of its own. */
const named = (sources: readonly OpenSource[]): readonly OpenSource[] => {
  const once = [...new Map(sources.map((source) => [source.key, source])).values()];
  return once.map((source, index) => {
    const before = once.slice(0, index).filter(({ name }) => name === source.name).length;
    return before === 0 ? source : { ...source, name: `${source.name} (${before + 1})` };
  });
};
