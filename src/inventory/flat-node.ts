import { type Address, addressText, type ClusterNode } from '../cluster/cluster.ts';
import { expandNodes } from '../cluster/expand-nodes.ts';
import type { NodeEntry } from '../cluster/schema/node.ts';

/** One node of a list, with the id that it has in the cluster. */
export type FlatNode = Omit<ClusterNode, 'path'>;

/** The nodes that an entry of a list stands for. */
export const flatten = (app: string, entry: NodeEntry): readonly FlatNode[] =>
  expandNodes(app, entry, null).map(({ path: _, ...node }) => node);

/** A node as an entry of a list. */
export const toEntry = ({ id, address, weight, state, backup }: FlatNode): NodeEntry => ({
  id,
  ...where(address),
  weight,
  state,
  backup,
});

const where = (address: Address): { host: string; port: number } | { socket: string } =>
  address.kind === 'socket' ? { socket: address.path } : { host: address.host, port: address.port };

/** Nodes that are there already, by id or by address. */
export interface Taken {
  readonly ids: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
}

/** The nodes without those whose id or address an earlier one has, and these. */
export const withoutRepeats = (
  nodes: readonly FlatNode[],
  taken: Taken,
): { readonly kept: readonly FlatNode[]; readonly repeats: readonly FlatNode[] } => {
  const ids = new Set(taken.ids);
  const addresses = new Set(taken.addresses);
  const kept: FlatNode[] = [];
  const repeats: FlatNode[] = [];
  for (const node of nodes) {
    const id = node.id.toLowerCase(); // names know no case in nginx
    const address = addressText(node.address);
    if (ids.has(id) || addresses.has(address)) {
      repeats.push(node);
      continue;
    }
    ids.add(id);
    addresses.add(address);
    kept.push(node);
  }
  return { kept, repeats };
};
