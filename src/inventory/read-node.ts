import { type NodeEntry, nodeEntry } from '../cluster/schema/node.ts';
import { nodeId } from '../cluster/schema/values.ts';
import { LONGEST_NODE } from './limits.ts';
import { problem } from './problem.ts';
import { type NodeList, readOneNode } from './read-nodes.ts';

/**
 * The one node of a text: YAML or JSON as an entry of `nodes`, or host:port. Without an id of its own it has the given one. A
 * text that is no node is left out and told.
 */
export const readNode = (text: string, name: string, id: string): NodeList => {
  if (text.length > LONGEST_NODE) return leftOut(`${name} is longer than a node can be`);
  const list = readOneNode(text, name);
  const [entry] = list.entries;
  if (entry === undefined || ('id' in entry && entry.id !== undefined)) return list;
  if (!nodeId.safeParse(id).success) return leftOut(`${name}: "${id}" can't be the id of a node`);
  return { entries: [withId(entry, id)], leftOut: list.leftOut };
};

const withId = (entry: NodeEntry, id: string): NodeEntry => nodeEntry.parse({ ...entry, id });

const leftOut = (message: string): NodeList => ({ entries: [], leftOut: [problem('left-out', message)] });
