import { createHash } from 'node:crypto';
import type { Json } from './written.ts';

/** Lists whose order means nothing. */
const SETS = new Set(['addresses', 'domains', 'nodes', 'ports']);

/** The same value with the keys of all maps, and the entries of lists whose order means nothing, in another order. */
export const reordered = (value: Json, seed: number, key = ''): Json => {
  const shuffled = <T>(items: readonly T[]): readonly T[] =>
    items.toSorted((a, b) => (digest(seed, a) < digest(seed, b) ? -1 : 1));
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => reordered(item, seed));
    return SETS.has(key) ? shuffled(items) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    shuffled(Object.entries(value)).map(([name, item]) => [name, reordered(item, seed, name)]),
  );
};

const digest = (seed: number, item: unknown): string =>
  createHash('sha1')
    .update(`${seed} ${JSON.stringify(item)}`)
    .digest('hex');
