import type { Change, RuntimeRule } from '../plan/change.ts';
import { classifyChange } from '../plan/classify-change.ts';
import type { ProxyPlan } from '../plan/proxy-plan.ts';

/** A configuration as far as a decision needs it. */
interface Known {
  readonly plan: ProxyPlan;
  readonly generation: string;
}

/** What is known when it is decided how to bring a running proxy to a configuration. */
export interface Situation {
  readonly wanted: Known;
  /** What this folder published last; null where the file holds something else. */
  readonly published: Known | null;
  /** The generation that the running proxy tells; null where it tells none. */
  readonly running: string | null;
  /** Whether the running servers are those that are wanted; null where they can't be told apart from the rest. */
  readonly inStep: boolean | null;
}

/** How to bring a running proxy to what is wanted. Pure. */
export const decide = (
  { wanted, published, running, inStep }: Situation,
  runtime: RuntimeRule | null,
): Change => {
  const change = published && classifyChange(published.plan, wanted.plan, runtime);
  const serves = running ?? published?.generation ?? null;
  if (serves !== wanted.generation)
    return { kind: 'reload', reasons: reloadReasons(change, serves, published) };
  if (change?.kind === 'reload' && runtime !== null) return change;
  if (change?.kind === 'servers' && inStep !== true) return change;
  if (inStep === false) return { kind: 'servers', updates: [] };
  return { kind: 'none' };
};

const UNKNOWN =
  'it is not known here what the proxy serves (first run with this stateDir, or the file was changed by others)';

const reloadReasons = (
  change: Change | null,
  serves: string | null,
  published: Known | null,
): readonly string[] => {
  if (published === null) return [UNKNOWN];
  if (change?.kind === 'reload') return change.reasons;
  if (serves !== published.generation) return ['the proxy runs another configuration than was published'];
  return ['the same is written otherwise: templates, version, or settings of the proxy'];
};
