import type { Cluster } from '../../cluster/cluster.ts';
import type { Pool, ProxyPlan } from '../../plan/proxy-plan.ts';
import { syntax, type View } from '../../templating/syntax.ts';
import { GENERATION_MARK } from '../generation.ts';
import type { RenderOptions } from '../target.ts';
import { versionText } from '../version.ts';
import { peersSocket, runtimeSocket } from './places.ts';
import { decideStrategy } from './strategy.ts';
import { timeText } from './time.ts';
import { haproxyFeatures } from './versions.ts';
import { RESOLVERS, viewBackends } from './view-backends.ts';
import { viewFrontends, viewStore, viewTcp } from './view-frontends.ts';

/** What the templates of HAProxy get. */
export const viewHaproxy = (plan: ProxyPlan, cluster: Cluster, { source, version }: RenderOptions): View => {
  const { haproxy } = cluster;
  const features = haproxyFeatures(version);
  const context = { plan, features };
  const isByName = plan.pools.some(({ servers }) => servers.some(({ address }) => address.kind === 'name'));
  return {
    source: syntax(source),
    version: syntax(versionText(version)),
    generation: syntax(GENERATION_MARK),
    runtimeDir: plan.runtimeDir,
    socket: runtimeSocket(cluster),
    user: haproxy.user ?? (plan.runtimeDir === null ? 'haproxy' : null),
    tls: plan.listeners.some(({ tls }) => tls !== null),
    peers:
      features.tablesHandedOn && plan.pools.some(hasTable)
        ? { socket: syntax(`unix@${peersSocket(plan.runtimeDir)}`) }
        : null,
    store: viewStore(plan, features),
    client: timeText(Math.max(60_000, ...plan.pools.map(({ timeouts }) => timeouts.response))),
    cache: plan.pools.some(({ assets }) => assets?.cache),
    resolvers: isByName
      ? {
          name: RESOLVERS,
          servers: plan.resolvers.map((address, index) => ({ id: `dns${index + 1}`, address })),
        }
      : null,
    frontends: viewFrontends(context),
    tcp: viewTcp(context),
    pools: plan.pools.map((pool) => ({ id: pool.id, backends: viewBackends(pool, context) })),
  };
};

const hasTable = (pool: Pool): boolean => {
  const { hashed, keyed } = decideStrategy(pool);
  return hashed || keyed;
};
