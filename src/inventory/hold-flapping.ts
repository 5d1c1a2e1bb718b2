import { type Comings, observeComings } from './flapping.ts';
import type { FlatNode } from './flat-node.ts';

/** What is remembered of an app's nodes that come and go. */
export interface Known {
  readonly comings: Comings;
  /** Each node as it was listed last, as long as its comings are remembered. */
  readonly nodes: ReadonlyMap<string, FlatNode>;
}

export const NOBODY_KNOWN: Known = { comings: new Map(), nodes: new Map() };

/** The nodes with those that are held, which stay in drain whether they are listed or not. */
interface Held {
  readonly nodes: readonly FlatNode[];
  readonly held: readonly string[];
  readonly known: Known;
  /** Milliseconds until the first of them is let go; null for none. */
  readonly againInMs: number | null;
}

/** Holds the nodes that came and went too often. Pure. */
export const holdFlapping = (
  before: Known,
  listed: readonly FlatNode[],
  rules: { readonly now: number; readonly holdMs: number },
): Held => {
  const ids = listed.map(({ id }) => id);
  const { comings, held, againInMs } = observeComings(before.comings, ids, rules);
  const nodes = new Map(
    [...before.nodes, ...listed.map((node) => [node.id, node] as const)].filter(([id]) => comings.has(id)),
  );
  const isHeld = new Set(held);
  const isListed = new Set(ids);
  const absent = held.flatMap((id) => (isListed.has(id) ? [] : (nodes.get(id) ?? [])));
  return {
    nodes: [...listed.map((node) => (isHeld.has(node.id) ? drained(node) : node)), ...absent.map(drained)],
    held,
    known: { comings, nodes },
    againInMs,
  };
};

const drained = (node: FlatNode): FlatNode => (node.state === 'ready' ? { ...node, state: 'drain' } : node);
