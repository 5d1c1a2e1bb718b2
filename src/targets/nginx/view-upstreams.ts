import { addressText } from '../../cluster/cluster.ts';
import type { Cookie, Pool, ProxyPlan, Server } from '../../plan/proxy-plan.ts';
import { syntax, type View } from '../../templating/syntax.ts';
import { assetPool, keyedPool, keyOf, nodePool, wholePool } from './names.ts';
import { isKeyed, isPinnable, type Strategy } from './strategy.ts';
import type { NginxFeatures } from './versions.ts';

interface Context {
  readonly plan: ProxyPlan;
  readonly features: NginxFeatures;
}

/** The upstreams of an app. */
export const viewUpstreams = (pool: Pool, strategy: Strategy, context: Context): readonly View[] => {
  if (pool.servers.length === 0) return [];
  const cookie =
    strategy.sticky && pool.stickiness.kind === 'cookie' ? stickyParameters(pool.stickiness.cookie) : null;
  const upstream = (parts: Omit<Parts, 'pool' | 'context'>) => groupUpstream({ pool, context, ...parts });
  const all = { servers: pool.servers, balance: balance(pool), cookie };
  const byKey = {
    servers: pool.servers.filter(isKeyed),
    balance: [syntax('hash'), keyOf(pool), syntax('consistent')],
    cookie,
  };
  return [
    ...(strategy.whole
      ? [upstream({ ...all, name: wholePool(pool), comment: wholeComment(pool, strategy) })]
      : []),
    ...(strategy.keyed
      ? [
          upstream({
            ...byKey,
            name: strategy.whole ? keyedPool(pool) : wholePool(pool),
            comment: keyedComment(pool),
          }),
        ]
      : []),
    ...(strategy.sticky && pool.assets
      ? [
          upstream({
            ...all,
            cookie: null,
            name: assetPool(pool),
            comment: 'Hashed bundles: no cookie is set for them',
          }),
        ]
      : []),
    ...(strategy.pinned ? pool.servers.filter(isPinnable).map((server) => nodeUpstream(pool, server)) : []),
  ];
};

const wholeComment = ({ stickiness }: Pool, { keyed }: Strategy): string => {
  if (stickiness.kind === 'cookie') return 'Clients that have no node yet';
  return keyed ? 'All nodes, for when none of the others can take a request' : 'All nodes';
};

const keyedComment = ({ stickiness }: Pool): string =>
  stickiness.kind === 'cookie'
    ? 'Clients that keep no cookie: by SockJS session id, or by address'
    : 'consistent: a node more or less moves few clients, where ip_hash would move most of them';

interface Parts {
  readonly pool: Pool;
  readonly context: Context;
  readonly name: string;
  readonly comment: string;
  readonly servers: readonly Server[];
  readonly balance: View;
  readonly cookie: View;
}

/** Several nodes, one of which is chosen. */
const groupUpstream = ({ pool, context, name, comment, servers, balance, cookie }: Parts): View => ({
  name,
  comment: syntax(comment),
  zone: { name, size: zoneSize(servers.length) },
  resolver: resolver(servers, context),
  balance,
  sticky: cookie,
  servers: servers.map((server) => serverView(pool, server, { context, sticky: cookie !== null })),
  width: Math.max(...servers.map(({ address }) => socketOrAddress(address).length)),
});

/** One node: where its clients' requests go first. Failures are not counted, since there is no other node to go to. */
const nodeUpstream = (pool: Pool, server: Server): View => ({
  name: nodePool(pool, server.id),
  comment: null,
  // Counting connections over all workers needs shared memory.
  zone:
    pool.limits.connectionsPerNode === undefined ? null : { name: nodePool(pool, server.id), size: '64k' },
  resolver: null,
  balance: null,
  sticky: null,
  servers: [{ address: socketOrAddress(server.address), parameters: maxConns(pool), note: null }],
  width: 0,
});

const serverView = (
  pool: Pool,
  server: Server,
  { context, sticky }: { readonly context: Context; readonly sticky: boolean },
): View => ({
  address: socketOrAddress(server.address),
  note: syntax(server.state === 'drain' ? `${server.id}, draining` : server.id),
  parameters: [
    ...(server.weight === 1 ? [] : [`weight=${server.weight}`]),
    ...maxConns(pool),
    `max_fails=${pool.health.fall}`,
    `fail_timeout=${failTimeoutS(pool)}s`,
    ...(isResolved(server, context) ? ['resolve'] : []),
    ...(sticky ? [`route=${server.cookie}`] : []),
    ...(server.backup ? ['backup'] : []),
    ...(server.state === 'ready' ? [] : [server.state === 'drain' && sticky ? 'drain' : 'down']),
  ],
});

/** An address as nginx writes it. */
export const socketOrAddress = (address: Server['address']): string =>
  address.kind === 'socket' ? `unix:${address.path}` : addressText(address);

const maxConns = ({ limits }: Pool): readonly string[] =>
  limits.connectionsPerNode === undefined ? [] : [`max_conns=${limits.connectionsPerNode}`];

/** How long a failed node is left alone: as long as a failing one would take to be found well again, at least 10 s. */
const failTimeoutS = ({ health }: Pool): number =>
  Math.max(10, Math.ceil((health.interval * health.rise) / 1000));

const balance = ({ balance, servers }: Pool): View => {
  const backups = servers.some(({ backup }) => backup); // nginx allows none with `random`
  switch (balance) {
    case 'least-connections':
      // Two at random and the better of them: workers and balancers that don't know of one another do not all
      // choose the same node.
      return backups ? [syntax('least_conn')] : [syntax('random two least_conn')];
    case 'random':
      return backups ? null : [syntax('random')];
    case 'round-robin':
      return null;
  }
};

const stickyParameters = ({ name, sameSite, secure, maxAgeS }: Cookie): View => [
  name,
  'path=/',
  'httponly',
  `samesite=${sameSite.toLowerCase()}`,
  ...(secure ? ['secure'] : []),
  ...(maxAgeS === null ? [] : [`expires=${maxAgeS}s`]),
];

const isResolved = ({ address }: Server, { plan, features }: Context): boolean =>
  address.kind === 'name' && features.resolve && plan.resolvers.length > 0;

const resolver = (servers: readonly Server[], context: Context): View =>
  servers.some((server) => isResolved(server, context)) ? context.plan.resolvers : null;

/** Room for the state of the nodes: about a kilobyte each was measured to do. */
export const zoneSize = (servers: number): string => `${Math.max(64, Math.ceil((servers * 2) / 64) * 64)}k`;
