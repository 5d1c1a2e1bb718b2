import type { NodeEntry } from '../../src/cluster/schema/node.ts';
import type { AppListing } from '../../src/inventory/believe-sources.ts';
import { readNodes } from '../../src/inventory/read-nodes.ts';
import type { Listing } from '../../src/inventory/source.ts';

export const NOTHING_TAKEN: AppListing['taken'] = { ids: new Set(), addresses: new Set() };

/** What a source said: entries as people write them, or null where it could not be had. */
export const listing = (written: readonly unknown[] | null, source = 'file nodes.yaml'): Listing => {
  if (written === null) {
    const message = `${source} is not there`;
    const problem = { severity: 'error', code: 'source-unreadable', message, hint: null } as const;
    return { source, entries: null, problems: [{ ...problem, path: [], place: null }] };
  }
  const list = readNodes(JSON.stringify(written), source);
  if (!('entries' in list)) throw new Error(JSON.stringify(list));
  return { source, entries: list.entries, problems: list.leftOut };
};

export const idOf = (entry: NodeEntry): string => ('id' in entry ? (entry.id ?? '') : '');
