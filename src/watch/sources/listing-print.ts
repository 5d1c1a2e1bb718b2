import type { Listing } from '../../inventory/source.ts';

/** The same for answers that lead to the same. Why a source can't be had may be put in other words each time. */
export const printOf = ({ entries, problems }: Listing): string =>
  JSON.stringify(entries === null ? null : { entries, told: problems.map(({ message }) => message) });
