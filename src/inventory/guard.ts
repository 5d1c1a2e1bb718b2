import type { FlatNode } from './flat-node.ts';
import { isTaken, type Taken, takenBy, union, withoutRepeats } from './taken.ts';

/** What a guard makes of a list. */
export type Verdict =
  | { readonly obeyed: true }
  | {
      readonly obeyed: false;
      /** Nodes that are not listed any more and stay, as they were listed last. */
      readonly lost: readonly FlatNode[];
      /** Those of the base that are still there, as they are listed now, and the lost ones: what the next list is measured against. */
      readonly base: readonly FlatNode[];
      /** Numbers of nodes that are ready: in the base, in the list, and in a list that would be obeyed, at least. */
      readonly had: number;
      readonly has: number;
      readonly least: number;
    };

/**
 * Whether the list of a source is obeyed, or those that it lists no more stay. `base` is what it was obeyed with last; nodes that others have
 * (`elsewhere`) don't count, nor those that are in drain or down: they take no sessions that lost ones would have taken. Pure; `maxShrink` is a share, 0 to 1.
 */
export const judgeList = (
  base: readonly FlatNode[],
  list: readonly FlatNode[],
  elsewhere: Taken,
  maxShrink: number,
): Verdict => {
  const own = withoutRepeats(list, elsewhere).kept;
  const before = takenBy(base);
  const here = own.filter((node) => isTaken(node, before));
  const lost = withoutRepeats(readyOf(base), union([elsewhere, takenBy(own)])).kept;
  const had = readyOf(here).length + lost.length;
  const has = readyOf(own).length;
  const least = leastNodes(had, maxShrink);
  if (has >= least) return { obeyed: true };
  return { obeyed: false, lost, base: [...here, ...lost], had, has, least };
};

const readyOf = (nodes: readonly FlatNode[]): readonly FlatNode[] =>
  nodes.filter(({ state }) => state === 'ready');

/**
 * How many nodes a list must have to be obeyed where there were so many: it may lose a share in one step, but not all. As many others will do: so
 * deploys to new machines look. Pure.
 */
export const leastNodes = (had: number, maxShrink: number): number =>
  had === 0 || maxShrink >= 1 ? 0 : Math.max(1, Math.ceil(had * (1 - maxShrink) - TINY));

/** 100 * (1 - 0.29) is a little more than 71. */
const TINY = 1e-6;
