import type { Cluster } from '../../cluster/cluster.ts';
import type { ProxyPlan } from '../../plan/proxy-plan.ts';
import { syntax, type View } from '../../templating/syntax.ts';
import type { RenderOptions } from '../target.ts';
import { versionText } from '../version.ts';
import { cacheFolder, cacheZone, logFile } from './places.ts';
import { decideStrategy } from './strategy.ts';
import { nginxFeatures } from './versions.ts';
import { mapExtent, viewMaps } from './view-maps.ts';
import { schemeOf, viewServers } from './view-servers.ts';
import { viewStream } from './view-stream.ts';
import { viewUpstreams } from './view-upstreams.ts';

/** What the templates of nginx get. */
export const viewNginx = (plan: ProxyPlan, { nginx }: Cluster, { source, version }: RenderOptions): View => {
  const features = nginxFeatures(version);
  const strategies = new Map(plan.pools.map((pool) => [pool.id, decideStrategy(pool, features)]));
  const pools = plan.pools.map((pool) => ({
    pool,
    strategy: strategies.get(pool.id) ?? decideStrategy(pool, features),
  }));
  const caches = plan.pools.some(({ assets }) => assets?.cache);
  return {
    source: syntax(source),
    version: syntax(versionText(version)),
    user: nginx.user ?? null,
    modules: nginx.modules ?? null,
    runtimeDir: plan.runtimeDir,
    pid: `${plan.runtimeDir ?? ''}/nginx.pid`,
    errorLog: logFile(plan, 'error.log'),
    temporary: temporaryFolders(plan),
    hashes: hashSizes(plan),
    front: viewFront(plan),
    cache: caches ? { folder: cacheFolder(plan), zone: cacheZone(plan) } : null,
    scheme: schemeOf(plan),
    pools: pools.map(({ pool, strategy }) => ({
      id: pool.id,
      maps: pool.servers.length === 0 ? [] : viewMaps(pool, strategy),
      upstreams: viewUpstreams(pool, strategy, { plan, features }),
      logFormat: `mlb_${pool.id}`,
      logLine: syntax(logLine(pool.id, pool.servers.length > 0)),
    })),
    servers: viewServers({ plan, features, strategies, catchAll: nginx.layout === 'full' }),
    stream: viewStream(plan),
  };
};

const temporaryFolders = ({ runtimeDir }: ProxyPlan): View =>
  runtimeDir === null
    ? null
    : ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => ({
        directive: syntax(`${name}_temp_path`),
        folder: `${runtimeDir}/nginx-${name.replace('_', '-')}`,
      }));

const viewFront = ({ front }: ProxyPlan): View =>
  front === null
    ? null
    : {
        networks: front.networks,
        header: front.protocol === 'proxy-protocol' ? 'proxy_protocol' : 'X-Forwarded-For',
        tellsScheme: front.protocol === 'x-forwarded-for',
      };

/** Who, what, how it ended, how long it took, which node, and what brought it there. */
const logLine = (id: string, hasNodes: boolean): string => {
  const app = id.replaceAll('-', '_');
  const node = hasNodes ? `node=$mlb_${app}_node stick=$mlb_${app}_stick` : 'node=- stick=-';
  return `'$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent $request_time ${node} upstream="$upstream_addr"'`;
};

/** nginx refuses maps and names that do not fit its hashes; the defaults are left where they do. */
const hashSizes = ({ pools, sites }: ProxyPlan): View => {
  const { longest, lines } = mapExtent(pools);
  const longestName = Math.max(0, ...sites.flatMap(({ domains }) => domains.map((domain) => domain.length)));
  const names = sites.reduce((sum, { domains }) => sum + domains.length, 0);
  const sizes: readonly (readonly [name: string, value: number])[] = [
    // An entry takes its key and about 26 bytes more; a bucket is a multiple of a cache line.
    ...(longest + 26 > 64 ? [['map_hash_bucket_size', multiple(longest + 26, 64)] as const] : []),
    ...(lines > 1000 ? [['map_hash_max_size', powerOfTwo(lines * 2)] as const] : []),
    ...(longestName + 26 > 64
      ? [['server_names_hash_bucket_size', multiple(longestName + 26, 64)] as const]
      : []),
    ...(names > 250 ? [['server_names_hash_max_size', powerOfTwo(names * 2)] as const] : []),
  ];
  return sizes.map(([directive, value]) => ({ directive, value }));
};

const multiple = (value: number, of: number): number => Math.ceil(value / of) * of;

const powerOfTwo = (value: number): number => 2 ** Math.ceil(Math.log2(value));
