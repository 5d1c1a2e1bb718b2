import type { Address, ClusterNode } from '../cluster/cluster.ts';
import { expandNodes } from '../cluster/expand-nodes.ts';
import type { ListedEntry } from '../cluster/schema/node.ts';

/** One node of a list, with the id that it has in the cluster. */
export interface FlatNode extends Omit<ClusterNode, 'path'> {
  /** Where it was listed first, as `etcd /todos/`. */
  readonly source: string;
}

/** The nodes that an entry of a source's list stands for. One that says where it comes from comes from there. */
export const flatten = (app: string, entry: ListedEntry, source: string): readonly FlatNode[] =>
  expandNodes(app, entry, null).map(({ path: _, ...node }) => ({
    ...node,
    source: ('source' in entry ? entry.source : undefined) ?? source,
  }));

/** A node as an entry of a list. */
export const toEntry = ({ id, address, weight, state, backup, source }: FlatNode): ListedEntry => ({
  id,
  ...where(address),
  weight,
  state,
  backup,
  source,
});

const where = (address: Address): { host: string; port: number } | { socket: string } =>
  address.kind === 'socket' ? { socket: address.path } : { host: address.host, port: address.port };
