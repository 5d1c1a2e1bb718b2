import type { Controller } from '../control/controller.ts';
import type { RuntimeRule, ServerUpdate } from '../plan/change.ts';
import type { ProxyPlan } from '../plan/proxy-plan.ts';
import { withoutReload } from '../plan/without-reload.ts';

interface Order {
  readonly wanted: { readonly plan: ProxyPlan };
  readonly controller: Pick<Controller, 'servers'>;
  readonly runtime: RuntimeRule | null;
}

/**
 * While a reload waits: brings the running proxy as far as it comes without one; what it has got of what is wanted. `served` is the plan that
 * was published and serves; null where another does, of which nothing is known. What fails is left to the reload.
 */
export const bringMeanwhile = async (
  { wanted, controller: { servers }, runtime }: Order,
  served: ProxyPlan | null,
): Promise<readonly ServerUpdate[]> => {
  if (servers === null || runtime === null || served === null) return [];
  const { plan, updates } = withoutReload(served, wanted.plan, runtime);
  if ((await servers.inStep(plan)) === true) return updates;
  return (await servers.bring(plan)).ok ? updates : [];
};
