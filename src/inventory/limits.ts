import type { NodeEntry } from '../cluster/schema/node.ts';

/** Nodes that a source may list. More is no inventory any more. */
export const MOST_NODES = 20_000;

/** Longest text of one node, in characters. One of 256 ports takes less than a tenth. */
export const LONGEST_NODE = 64 * 1024;

/** Things of one kind that are named one by one. */
const MOST_NAMED = 100;

/** Of so many nodes, each with all its keys. Reading takes about a kilobyte for each part. */
const MOST_PARTS = MOST_NODES * 20;
const LONGEST_LIST = 8 * 1024 * 1024;

/** How many nodes entries stand for: one, or one for each of their ports. */
export const countNodes = (entries: readonly NodeEntry[]): number =>
  entries.reduce((sum, entry) => sum + (('ports' in entry && entry.ports?.length) || 1), 0);

/** As many of several things as are named one by one, and then one that stands for the others, of their number. */
export const firstNamed = <Thing>(
  things: readonly Thing[],
  others: (number: number) => Thing,
): readonly Thing[] =>
  things.length <= MOST_NAMED ? things : [...things.slice(0, MOST_NAMED), others(things.length - MOST_NAMED)];

/** A word, a quoted text or a bracket of YAML or JSON; or what stands for nothing: a separator before another one, an empty line. */
const PART = /"[^"]*"?|[^\s,:[\]{}"]+|[[\]{}]|[,:](?=\s*[,:])|\n[^\S\n]*(?=\n)/g;

/** Whether a text has more in it than any list of nodes: to read it could take all memory, even where it is no list at all. */
export const isVast = (text: string): boolean => {
  if (text.length > LONGEST_LIST) return true;
  let parts = 0;
  for (const _ of text.matchAll(PART)) if (++parts > MOST_PARTS) return true;
  return false;
};

/** What is wrong with a list of so many nodes. */
export const tooMany = (count: number): string =>
  `it lists ${count} nodes, which is more than ${MOST_NODES}, the most that are taken`;
