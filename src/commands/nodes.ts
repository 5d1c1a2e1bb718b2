import { addressText, type ClusterNode } from '../cluster/cluster.ts';
import type { Inventory } from '../cluster/schema/inventory.ts';
import type { Notice } from '../inventory/notices.ts';
import { readStates, withStates } from '../inventory/states.ts';
import type { System } from '../platform/system.ts';
import { type ReadOptions, readCluster } from '../reconcile/read-cluster.ts';
import { statesFile } from '../reconcile/state-folder.ts';

export type NodesOptions = Pick<ReadOptions, 'cluster' | 'inventory' | 'allowShrink'>;

/** A node, and why it is there. */
export interface NodeRow {
  readonly app: string;
  readonly id: string;
  readonly address: string;
  readonly state: ClusterNode['state'];
  readonly weight: number;
  readonly backup: boolean;
  /** `description`, a source as `file nodes.yaml`, `last good list of …` where that can't be had now, or `…, which lists it no more`. */
  readonly source: string;
  /** Whether the state was given by command. */
  readonly isByCommand: boolean;
}

export interface NodesReport {
  readonly rows: readonly NodeRow[];
  /** What is believed of the sources, as `--inventory` reads it; sorted by id. */
  readonly inventory: Inventory;
  readonly notices: readonly Notice[];
}

/**
 * All nodes that there are now, each source asked once; nothing is written. Throws LbError for an invalid description, or nodes of which
 * nothing is known.
 */
export const listNodes = async (options: NodesOptions, system: System): Promise<NodesReport> => {
  const { cluster, settled, folder, sources } = await readCluster(options, null, system, {
    remembers: async () => false,
  });
  const stated = withStates(cluster, await readStates(statesFile(folder), system));
  const failed = new Set(sources.flatMap(({ name, problem }) => (problem === null ? [] : [name])));
  const rows = stated.apps.flatMap((app, at) => {
    const source = sourcesOf(settled.inventory.apps[app.id] ?? []);
    const wordsFor = ({ id, path }: ClusterNode): string => {
      if (path !== null) return 'description';
      const name = source.get(id) ?? '';
      if (settled.lost.get(app.id)?.has(id)) return `${name}, which lists it no more`;
      return failed.has(`${app.id}: ${name}`) ? `last good list of ${name}` : name;
    };
    return app.nodes.map((node, index) => {
      return {
        app: app.id,
        id: node.id,
        address: addressText(node.address),
        state: node.state,
        weight: node.weight,
        backup: node.backup,
        source: wordsFor(node),
        isByCommand: node.state !== cluster.apps[at]?.nodes[index]?.state,
      };
    });
  });
  return { rows, inventory: sorted(settled.inventory), notices: settled.notices };
};

const sourcesOf = (entries: Inventory['apps'][string]): ReadonlyMap<string, string> =>
  new Map(entries.map((entry) => [idOf(entry), 'source' in entry ? (entry.source ?? '') : ''] as const));

/** The same bytes whatever the order in which sources list. */
const sorted = ({ version, apps }: Inventory): Inventory => ({
  version,
  apps: Object.fromEntries(
    Object.keys(apps)
      .sort()
      .map((app) => [app, (apps[app] ?? []).toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))]),
  ),
});

const idOf = (entry: Inventory['apps'][string][number]): string => ('id' in entry ? (entry.id ?? '') : '');
