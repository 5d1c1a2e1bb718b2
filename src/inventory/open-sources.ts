import { addressText } from '../cluster/cluster.ts';
import { expandNodes } from '../cluster/expand-nodes.ts';
import type { Description } from '../cluster/schema/cluster.ts';
import type { Platform } from '../platform/platform.ts';
import { fileSource, inventorySource } from './file-source.ts';
import type { AppListing } from './settle-inventory.ts';
import type { Source } from './source.ts';

/** The sources of an app, and the nodes that the description itself has for it. */
export interface AppSources extends Omit<AppListing, 'listings'> {
  readonly sources: readonly Source[];
  /** Kinds of sources that are not asked. */
  readonly ignored: readonly string[];
}

/**
 * The places where a description's nodes are listed; with an inventory file, that alone. `resolve` makes paths of the
 * description relative to where it is.
 */
export const openSources = (
  { apps }: Description,
  inventory: string | undefined,
  resolve: (path: string) => string,
): readonly AppSources[] =>
  Object.entries(apps).map(([app, { nodes, inventory: written = [] }]) => {
    const own = nodes.flatMap((entry) => expandNodes(app, entry, null));
    const taken = {
      ids: new Set(own.map(({ id }) => id.toLowerCase())),
      addresses: new Set(own.map(({ address }) => addressText(address))),
    };
    if (inventory !== undefined)
      return { app, taken, sources: [inventorySource(inventory, app)], ignored: [] };
    const files = written.flatMap((source) => ('file' in source ? [resolve(source.file)] : []));
    const ignored = written.flatMap((source) => ('file' in source ? [] : Object.keys(source).slice(0, 1)));
    return { app, taken, sources: [...new Set(files)].map(fileSource), ignored };
  });

/** Asks all sources at once. */
export const askSources = (apps: readonly AppSources[], platform: Platform): Promise<readonly AppListing[]> =>
  Promise.all(
    apps.map(async ({ app, taken, sources }) => ({
      app,
      taken,
      listings: await Promise.all(sources.map((source) => source.ask(platform))),
    })),
  );
