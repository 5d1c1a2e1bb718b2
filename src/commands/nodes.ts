import { addressText, type ClusterNode } from '../cluster/cluster.ts';
import type { Inventory } from '../cluster/schema/inventory.ts';
import { listedBy } from '../inventory/provenance.ts';
import type { Notice } from '../inventory/settle-inventory.ts';
import { readStates, withStates } from '../inventory/states.ts';
import type { System } from '../platform/system.ts';
import { type RunOptions, readCluster } from '../reconcile/run.ts';
import { statesFile } from '../reconcile/state-folder.ts';

export type NodesOptions = Pick<RunOptions, 'cluster' | 'inventory' | 'allowShrink'>;

/** A node, and why it is there. */
export interface NodeRow {
  readonly app: string;
  readonly id: string;
  readonly address: string;
  readonly state: ClusterNode['state'];
  readonly weight: number;
  readonly backup: boolean;
  /** `description`, a source as `file nodes.yaml`, or `last good list`. */
  readonly source: string;
  /** Whether the state was given by command. */
  readonly isByCommand: boolean;
}

export interface NodesReport {
  readonly rows: readonly NodeRow[];
  /** What the sources list, as `--inventory` reads it; sorted by id. */
  readonly inventory: Inventory;
  readonly notices: readonly Notice[];
}

/**
 * All nodes that there are now, each source asked once; nothing is written. Throws LbError for an invalid description, or nodes of which
 * nothing is known.
 */
export const listNodes = async (options: NodesOptions, system: System): Promise<NodesReport> => {
  const { cluster, settled, folder } = await readCluster({ ...options, remember: false }, null, system);
  const stated = withStates(cluster, await readStates(statesFile(folder), system));
  const rows = stated.apps.flatMap((app, at) =>
    app.nodes.map((node, index) => ({
      app: app.id,
      id: node.id,
      address: addressText(node.address),
      state: node.state,
      weight: node.weight,
      backup: node.backup,
      source:
        node.path !== null ? 'description' : (listedBy(settled.memory, app.id, node.id) ?? 'last good list'),
      isByCommand: node.state !== cluster.apps[at]?.nodes[index]?.state,
    })),
  );
  return { rows, inventory: sorted(settled.inventory), notices: settled.notices };
};

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
