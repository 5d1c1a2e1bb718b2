import { addressText, type ClusterNode } from '../cluster/cluster.ts';

/** Nodes that are there already, by id or by address. */
export interface Taken {
  readonly ids: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
}

type Named = Pick<ClusterNode, 'id' | 'address'>;

/** The ids and addresses of nodes. */
export const takenBy = (nodes: readonly Named[]): Taken => ({
  ids: new Set(nodes.map(idKey)),
  addresses: new Set(nodes.map(addressKey)),
});

/** All that is taken by one or another. */
export const union = (all: readonly Taken[]): Taken => ({
  ids: new Set(all.flatMap(({ ids }) => [...ids])),
  addresses: new Set(all.flatMap(({ addresses }) => [...addresses])),
});

/** Whether the id or the address of a node is taken. */
export const isTaken = (node: Named, { ids, addresses }: Taken): boolean =>
  ids.has(idKey(node)) || addresses.has(addressKey(node));

/** The nodes without those whose id or address is taken or an earlier one has, and these. */
export const withoutRepeats = <Node extends Named>(
  nodes: readonly Node[],
  taken: Taken,
): { readonly kept: readonly Node[]; readonly repeats: readonly Node[] } => {
  const ids = new Set(taken.ids);
  const addresses = new Set(taken.addresses);
  const kept: Node[] = [];
  const repeats: Node[] = [];
  for (const node of nodes) {
    if (isTaken(node, { ids, addresses })) {
      repeats.push(node);
      continue;
    }
    ids.add(idKey(node));
    addresses.add(addressKey(node));
    kept.push(node);
  }
  return { kept, repeats };
};

const idKey = ({ id }: Named): string => id.toLowerCase(); // names know no case in nginx
const addressKey = ({ address }: Named): string => addressText(address);
