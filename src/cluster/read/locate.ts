import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Path } from '../../diagnostics/diagnostic.ts';

/** Finds in the text what a path leads to. */
export interface Locator {
  /**
   * Where a value stands, or its key. A path that is not there gives its nearest parent; a value without a place of its
   * own, such as a map that starts on the next line or nothing at all, gives its key.
   */
  offsetOf(path: Path, of: 'value' | 'key'): number;
  /** A number or a word such as `true` as it is written, `1.30`; null for anything else. */
  written(path: Path): string | null;
}

/** Makes the locator of a document. */
export const createLocator = (document: Document): Locator => {
  const pairOf = createPairIndex();
  return {
    offsetOf: (path, of) => {
      let node: unknown = document.contents;
      let offset = start(node) ?? 0;
      for (const [index, step] of path.entries()) {
        if (isMap(node)) {
          const pair = pairOf(node, step);
          if (pair === undefined) return offset;
          const key = start(pair.key) ?? offset;
          const byKey = (of === 'key' && index === path.length - 1) || !hasOwnPlace(pair.value);
          node = pair.value;
          offset = byKey ? key : (start(node) ?? key);
        } else if (isSeq(node) && node.items[Number(step)] !== undefined) {
          node = node.items[Number(step)];
          offset = start(node) ?? offset;
        } else {
          return offset;
        }
      }
      return offset;
    },
    written: (path) => {
      const node = path.reduce<unknown>((at, step) => {
        if (isMap(at)) return pairOf(at, step)?.value;
        return isSeq(at) ? at.items[Number(step)] : undefined;
      }, document.contents);
      return isScalar(node) && typeof node.value !== 'string' ? (node.source ?? null) : null;
    },
  };
};

/** A description may have thousands of nodes with a mistake each. */
const createPairIndex = (): ((map: YAMLMap, key: string | number) => Pair | undefined) => {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map, key) => {
    const known = indexes.get(map);
    const index = known ?? new Map(map.items.map((pair) => [keyText(pair), pair]));
    if (known === undefined) indexes.set(map, index);
    return index.get(String(key));
  };
};

const keyText = ({ key }: Pair): string => String((key as Node | null) ?? '');

const hasOwnPlace = (value: unknown): boolean => {
  if (isCollection(value)) return value.flow === true;
  return !(isScalar(value) && value.value === null && (value.source ?? '') === '');
};

const start = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
