import type { RuntimeRule, ServerUpdate } from './change.ts';
import { serverUpdates } from './classify-change.ts';
import type { Pool, ProxyPlan } from './proxy-plan.ts';

/** What can be done of a change while its reload waits. */
export interface Meanwhile {
  /** The plan that a proxy has afterwards. */
  readonly plan: ProxyPlan;
  readonly updates: readonly ServerUpdate[];
}

/**
 * As far as a proxy comes from one plan to another without a reload. Of a pool where some server needs one, others are added
 * alone: those that go may be gone before those that are to take their place are there. Pure.
 */
export const withoutReload = (before: ProxyPlan, after: ProxyPlan, runtime: RuntimeRule): Meanwhile => {
  const steps = before.pools.map((pool) => poolWithoutReload(pool, after.pools, runtime));
  return {
    plan: { ...before, pools: steps.map(({ pool }) => pool) },
    updates: steps.flatMap(({ updates }) => updates),
  };
};

const poolWithoutReload = (
  pool: Pool,
  after: readonly Pool[],
  runtime: RuntimeRule,
): { readonly pool: Pool; readonly updates: readonly ServerUpdate[] } => {
  const wanted = after.find(({ id }) => id === pool.id);
  if (wanted === undefined) return { pool, updates: [] };
  const all = serverUpdates([pool], [wanted]);
  const easy = all.filter((update) => runtime(update) === null);
  if (easy.length === all.length) return { pool: { ...pool, servers: wanted.servers }, updates: all };
  const updates = easy.filter(({ kind }) => kind === 'add');
  return { pool: { ...pool, servers: [...pool.servers, ...updates.map(({ server }) => server)] }, updates };
};
