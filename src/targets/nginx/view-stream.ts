import type { Pool, ProxyPlan } from '../../plan/proxy-plan.ts';
import { syntax, type View } from '../../templating/syntax.ts';
import { durationText } from '../units.ts';
import { bracketed, viewTls } from './view-servers.ts';
import { socketOrAddress, zoneSize } from './view-upstreams.ts';

/** TCP listeners and the pools they lead to; null where there are none. */
export const viewStream = (plan: ProxyPlan): View => {
  const listeners = plan.listeners.flatMap((listener) => {
    const pool = listener.serves.kind === 'tcp' ? poolOf(plan, listener.serves.pool) : undefined;
    return pool ? [{ listener, pool }] : [];
  });
  if (listeners.length === 0) return null;
  const pools = [...new Set(listeners.map(({ pool }) => pool))];
  return {
    realIp: plan.front?.protocol === 'proxy-protocol' ? plan.front.networks : null,
    upstreams: pools.filter(({ servers }) => servers.length > 0).map(viewUpstream),
    servers: listeners.map(({ listener, pool }) => ({
      listen: [
        `${listener.address === null ? '' : `${bracketed(listener.address)}:`}${listener.port}`,
        ...(listener.tls ? ['ssl'] : []),
        ...(listener.proxyProtocol ? ['proxy_protocol'] : []),
      ],
      tls: listener.tls ? viewTls(listener.tls) : null,
      pool: pool.servers.length > 0 ? streamPool(pool) : null,
      connect: durationText(pool.timeouts.connect),
      websocket: durationText(pool.timeouts.websocket),
    })),
  };
};

const poolOf = ({ pools }: ProxyPlan, id: string): Pool | undefined => pools.find((pool) => pool.id === id);

const streamPool = ({ id }: Pool): string => `${id}.tcp`;

/** Whoever comes by TCP has no cookie and no URL: the address is all there is to stick by. */
const viewUpstream = (pool: Pool): View => {
  const hashed = pool.stickiness.kind !== 'none';
  const servers = hashed ? pool.servers.filter(({ backup }) => !backup) : pool.servers;
  return {
    name: streamPool(pool),
    zone: { name: streamPool(pool), size: zoneSize(servers.length) },
    balance: hashed
      ? [syntax('hash'), syntax('$remote_addr'), syntax('consistent')]
      : pool.balance === 'round-robin'
        ? null
        : [syntax('least_conn')],
    servers: servers.map((server) => ({
      address: socketOrAddress(server.address),
      parameters: [
        ...(server.weight === 1 ? [] : [`weight=${server.weight}`]),
        ...(pool.limits.connectionsPerNode === undefined
          ? []
          : [`max_conns=${pool.limits.connectionsPerNode}`]),
        ...(server.backup ? ['backup'] : []),
        ...(server.state === 'ready' ? [] : ['down']),
      ],
      note: syntax(server.state === 'drain' ? `${server.id}, draining` : server.id),
    })),
    width: Math.max(...servers.map(({ address }) => socketOrAddress(address).length)),
  };
};
