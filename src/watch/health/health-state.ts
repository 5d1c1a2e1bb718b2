/** What the checks of a node say of it. */
export interface HealthState {
  readonly failing: boolean;
  /** Results in a row that say otherwise. */
  readonly against: number;
}

/** A node that was never checked is believed well, so that a start takes nobody out. */
export const WELL: HealthState = { failing: false, against: 0 };

/** The state after one more check: it turns after `fall` failures, or `rise` successes, in a row. Pure. */
export const afterCheck = (
  { failing, against }: HealthState,
  passed: boolean,
  { fall, rise }: { readonly fall: number; readonly rise: number },
): HealthState => {
  if (passed !== failing) return { failing, against: 0 };
  const now = against + 1;
  return now >= (failing ? rise : fall) ? { failing: !failing, against: 0 } : { failing, against: now };
};

/**
 * The failing nodes that are taken out. None that is listed where more than a share of those fail, since then the checks, or
 * something that all nodes need, are more likely to be at fault than the nodes. Against one that its source lists no more there are two
 * witnesses, so it goes whatever the share; but where all fail, the checks are no witness. Pure.
 */
export const takenOut = (
  failing: readonly string[],
  {
    total,
    lost,
    maxShare,
  }: { readonly total: number; readonly lost: ReadonlySet<string>; readonly maxShare: number },
): readonly string[] => {
  if (failing.length === total) return [];
  const sure = failing.filter((id) => lost.has(id));
  const doubtful = failing.length - sure.length;
  return doubtful <= (total - sure.length) * maxShare + TINY ? failing : sure;
};

/** 100 * 0.29 is a little less than 29. */
const TINY = 1e-6;
