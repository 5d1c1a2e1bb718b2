/** What a guard makes of a list that came. */
export type Verdict =
  | { readonly obeyed: true }
  /** The last good list stays; `reason` is for people. */
  | { readonly obeyed: false; readonly reason: string };

/**
 * Whether the nodes that an app's sources list now are believed: not when there are none where there were some, and not
 * when they are fewer by more than a share in one step. As many others are: so deploys to new machines look.
 * Pure; `maxShrink` is that share, 0 to 1.
 */
export const judgeShrink = (
  before: readonly string[],
  after: readonly string[],
  maxShrink: number,
): Verdict => {
  if (before.length === 0) return { obeyed: true };
  if (after.length === 0 && maxShrink < 1)
    return refusal(`it lists no node any more, and had ${before.length}`);
  if (before.length - after.length <= before.length * maxShrink + TINY) return { obeyed: true };
  return refusal(
    `nodes: ${after.length} instead of ${before.length}, which is fewer than watch.maxShrink (${Math.round(maxShrink * 100)}%) allows; --allow-shrink obeys it`,
  );
};

/** 100 * 0.29 is a little less than 29. */
const TINY = 1e-6;

const refusal = (reason: string): Verdict => ({ obeyed: false, reason });
