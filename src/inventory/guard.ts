/** What a guard makes of a list that came. */
export type Verdict =
  | { readonly obeyed: true }
  /** The last good list stays; `reason` is for people. */
  | { readonly obeyed: false; readonly reason: string };

/**
 * Whether the nodes that an app's sources list now are believed: not when there are none where there were some, and not
 * when more than a share of them went in one step. Pure; `maxShrink` is that share, 0 to 1.
 */
export const judgeShrink = (
  before: readonly string[],
  after: readonly string[],
  maxShrink: number,
): Verdict => {
  if (before.length === 0) return { obeyed: true };
  const still = new Set(after);
  const gone = before.filter((id) => !still.has(id)).length;
  if (after.length === 0 && maxShrink < 1)
    return refusal(`it lists no node any more, and had ${before.length}`);
  const mostGone = before.length * maxShrink + TINY;
  if (gone <= mostGone || after.length >= before.length) return { obeyed: true };
  return refusal(
    `${gone} of ${before.length} nodes went at once, more than maxShrink (${Math.round(maxShrink * 100)}%) allows`,
  );
};

/** 100 * 0.29 is a little less than 29. */
const TINY = 1e-6;

const refusal = (reason: string): Verdict => ({ obeyed: false, reason });
