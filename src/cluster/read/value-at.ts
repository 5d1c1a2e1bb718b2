import type { Path } from '../../diagnostics/diagnostic.ts';

/** The value at a path; undefined where there is none. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );

/** The part of a path that leads to a text or number which the rest goes into: `nodes[0]` of `nodes[0].port`; else all of it. */
export const scalarOn = (value: unknown, path: Path): Path => {
  const length = path.findIndex((_, index) => {
    const at = valueAt(value, path.slice(0, index));
    return at !== undefined && at !== null && typeof at !== 'object';
  });
  return length === -1 ? path : path.slice(0, length);
};
