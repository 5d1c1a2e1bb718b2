import { readNode } from '../../read-node.ts';
import type { NodeList } from '../../read-nodes.ts';
import { type Listing, listed } from '../../source.ts';
import type { EtcdChange } from './watch-keys.ts';

/** The nodes of keys; each value is read once, so that one change among thousands costs little. */
export interface KeyReader {
  /** These are all keys. */
  replace(values: ReadonlyMap<string, string>): void;
  change(changes: readonly EtcdChange[]): void;
  /** What all keys list now. */
  list(): Listing;
}

interface ReadValue {
  readonly value: string;
  readonly list: NodeList;
}

/** Reads values as nodes: JSON, or host:port; the last part of the key is a node's id where it has none. */
export const createReadKeys = (source: string, prefix: string): KeyReader => {
  let known = new Map<string, ReadValue>();

  const read = (key: string, value: string): ReadValue => {
    const before = known.get(key);
    return before?.value === value ? before : { value, list: readNode(value, key, idOf(key)) };
  };

  return {
    replace: (values) => {
      known = new Map(
        [...values].filter(([key]) => key !== prefix).map(([key, value]) => [key, read(key, value)]),
      );
    },
    change: (changes) => {
      for (const { key, value } of changes) {
        if (value === null) known.delete(key);
        else if (key !== prefix) known.set(key, read(key, value));
      }
    },
    list: () => {
      const lists = [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { list }]) => list);
      return listed(source, {
        entries: lists.flatMap(({ entries }) => entries),
        leftOut: lists.flatMap(({ leftOut }) => leftOut),
      });
    },
  };
};

const idOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);
