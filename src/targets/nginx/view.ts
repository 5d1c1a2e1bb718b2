import type { Cluster } from '../../cluster/cluster.ts';
import type { Pool, ProxyPlan } from '../../plan/proxy-plan.ts';
import { syntax, type View } from '../../templating/syntax.ts';
import { SPOOFABLE_HEADERS } from '../spoofable.ts';
import type { RenderOptions } from '../target.ts';
import { versionText } from '../version.ts';
import { variable } from './names.ts';
import { cacheFolder, cacheZone, logFile, pidFile } from './places.ts';
import { decideStrategy } from './strategy.ts';
import { nginxFeatures } from './versions.ts';
import { mapExtent, stickOf, viewMaps } from './view-maps.ts';
import { viewGeneration, viewServers } from './view-servers.ts';
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
    pid: pidFile(plan),
    errorLog: logFile(plan, 'error.log'),
    temporary: temporaryFolders(plan),
    hashes: hashSizes(plan),
    front: viewFront(plan),
    cache: caches ? { folder: cacheFolder(plan), zone: cacheZone(plan) } : null,
    spoofable: SPOOFABLE_HEADERS,
    pools: pools.map(({ pool, strategy }) => ({
      id: pool.id,
      maps: pool.servers.length === 0 ? [] : viewMaps(pool, strategy),
      upstreams: viewUpstreams(pool, strategy, { plan, features }),
      log: viewLog(pool),
    })),
    servers: viewServers({ plan, features, strategies, catchAll: nginx.layout === 'full' }),
    generation: viewGeneration({ plan, features }),
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
        networks: distinctNetworks(front.networks),
        // nginx would warn that they contradict what holds by default.
        everyone: front.networks.some((network) => network.endsWith('/0')),
        header: front.protocol === 'proxy-protocol' ? 'proxy_protocol' : 'X-Forwarded-For',
        tellsScheme: front.protocol === 'x-forwarded-for',
      };

/** nginx warns of a network that is there twice; one address may be written as `10.0.0.1` and as `10.0.0.1/32`. */
const distinctNetworks = (networks: readonly string[]): readonly string[] => [
  ...new Set(networks.map((network) => network.replace(network.includes(':') ? /\/128$/ : /\/32$/, ''))),
];

/** Who, what, how it ended, how long it took, which node, and what brought it there. */
const viewLog = (pool: Pool): View => {
  const known = pool.servers.length > 0;
  return {
    format: `mlb_${pool.id}`,
    node: known ? variable(pool, 'node') : syntax('-'),
    stick: syntax(known ? stickOf(pool) : '-'),
  };
};

/** nginx refuses maps and names that do not fit its hashes; the defaults are left where they do. */
const hashSizes = ({ pools, sites }: ProxyPlan): View => {
  const { longest, lines } = mapExtent(pools);
  const names = sites.flatMap(({ domains }) => domains);
  const longestName = Math.max(0, ...names.map((domain) => domain.length));
  const sizes: readonly HashSize[] = [
    ...hashSize('map_hash', longest, { entries: lines, few: 100 }),
    ...hashSize('server_names_hash', longestName, { entries: names.length, few: 40 }),
    // Each app has ten variables, and those of two can be too many for the defaults; measured with up to 1000 apps.
    ...(pools.length > 1 ? [['variables_hash_bucket_size', 512] as const] : []),
    ...(pools.length > 100 ? [['variables_hash_max_size', powerOfTwo(pools.length * 20)] as const] : []),
  ];
  return sizes.map(([directive, value]) => ({ directive, value }));
};

type HashSize = readonly [directive: string, value: number];

/** With more than a few entries some buckets hold several of them, and the defaults end in a warning. */
const hashSize = (
  name: string,
  longest: number,
  { entries, few }: { readonly entries: number; readonly few: number },
): readonly HashSize[] => {
  const isLarge = entries > few;
  // An entry takes its key and about 26 bytes more; a bucket is a multiple of a cache line.
  const bucket = multiple(longest + 26, 64) * (isLarge ? 2 : 1);
  return [
    ...(bucket > 64 ? [[`${name}_bucket_size`, bucket] as const] : []),
    ...(isLarge ? [[`${name}_max_size`, Math.max(512, powerOfTwo(entries * 4))] as const] : []),
  ];
};

const multiple = (value: number, of: number): number => Math.ceil(value / of) * of;

const powerOfTwo = (value: number): number => 2 ** Math.ceil(Math.log2(value));
