import type { Trace } from './trace-file.ts';

/**
 * The files that changed from one look to the next. What was not looked at before has not changed. A file that an
 * event was about has, though it looks the same: it was written twice with one size within a tick of the clock.
 */
export const changedFiles = (
  before: ReadonlyMap<string, Trace | null>,
  now: ReadonlyMap<string, Trace>,
  touched: ReadonlySet<string>,
): readonly string[] =>
  [...now]
    .filter(([file, { print }]) => {
      const known = before.get(file) ?? null;
      return known !== null && (known.print !== print || touched.has(file));
    })
    .map(([file]) => file);
