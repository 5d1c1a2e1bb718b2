import type { ProxyPlan } from '../plan/proxy-plan.ts';
import type { System } from '../platform/system.ts';

/**
 * Says, as the proxies do, which new listeners another process is in the way of. A proxy that finds out by itself tries for two
 * seconds, in which HAProxy takes no new connections (seen in 2.6, 3.0 and 3.2).
 */
export const takenListeners = async (
  before: ProxyPlan | null,
  { listeners }: ProxyPlan,
  system: System,
): Promise<readonly string[]> => {
  if (before === null) return []; // the proxy itself may listen there
  const known = new Set(before.listeners.map(({ port }) => port));
  const fresh = listeners.filter(({ port }) => !known.has(port));
  const taken = await Promise.all(
    fresh.map(async ({ address, port }) => {
      const host = address ?? '0.0.0.0';
      return (await system.isTaken(host, port))
        ? [`bind() to ${host}:${port}: another process listens there`]
        : [];
    }),
  );
  return taken.flat();
};
