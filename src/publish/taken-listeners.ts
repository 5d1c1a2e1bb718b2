import type { Listener, ProxyPlan } from '../plan/proxy-plan.ts';
import type { System } from '../platform/system.ts';

/**
 * Says, as the proxies do, which new listeners another process is in the way of. A proxy that finds out by itself tries for two
 * seconds, in which HAProxy takes no new connections (seen in 2.6, 3.0 and 3.2).
 */
export const takenListeners = async (
  before: ProxyPlan | null,
  { listeners }: ProxyPlan,
  system: Pick<System, 'isTaken'>,
): Promise<readonly string[]> => {
  if (before === null) return []; // the proxy itself may listen there
  const fresh = listeners.filter((one) => !before.listeners.some((known) => isInTheWay(known, one)));
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

/** Whether a listener that the proxy has would be found where one is looked for. */
const isInTheWay = (known: Listener, wanted: Listener): boolean =>
  known.port === wanted.port &&
  (known.address === wanted.address || isEveryAddress(known) || isEveryAddress(wanted));

/** A system may let a socket for every IPv6 address take IPv4, too. */
const isEveryAddress = ({ address }: Listener): boolean =>
  address === null || address === '0.0.0.0' || address === '::';
