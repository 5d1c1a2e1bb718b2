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
 * The failing nodes that are taken out: none where more than a share of an app's fail, since then the checks, or
 * something that all nodes need, are more likely to be at fault than the nodes.
 */
export const takenOut = (failing: readonly string[], total: number, maxShare: number): readonly string[] =>
  failing.length < total && failing.length <= total * maxShare + TINY ? failing : [];

/** 100 * 0.29 is a little less than 29. */
const TINY = 1e-6;
