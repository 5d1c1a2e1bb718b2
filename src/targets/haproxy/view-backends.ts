import { addressText } from '../../cluster/cluster.ts';
import type { Cookie, Pool, ProxyPlan, Server } from '../../plan/proxy-plan.ts';
import { type Syntax, syntax, type View } from '../../templating/syntax.ts';
import { serverNumbers } from './server-numbers.ts';
import { assetBackend, decideStrategy, keyedBackend, wholeBackend } from './strategy.ts';
import { timeText } from './time.ts';
import type { HaproxyFeatures } from './versions.ts';

interface Context {
  readonly plan: ProxyPlan;
  readonly features: HaproxyFeatures;
}

/** How many places on the hash ring a weight of 1 gets, in HAProxy's own weights (each is 16 places). */
export const RING_WEIGHT = 16;

/** The backends of an app: all nodes, those for clients that keep no cookie, and those for hashed bundles. */
export const viewBackends = (pool: Pool, context: Context): readonly View[] => {
  const { hashed, keyed } = decideStrategy(pool);
  const cookie = pool.stickiness.kind === 'cookie' ? pool.stickiness.cookie : null;
  const hash = viewHash(pool, context.features);
  return [
    backend(pool, {
      name: wholeBackend(pool),
      comment: null,
      hash: hashed ? hash : null,
      cookie: cookie ? viewCookie(cookie, context.features) : null,
      checks: viewChecks(pool, context.plan, 'checked'),
      maintenance: pool.maintenance?.page ?? null,
      assets: null,
      servers: viewServers(pool, { role: 'checked', hashed }),
    }),
    ...(keyed && cookie
      ? [
          backend(pool, {
            name: keyedBackend(pool),
            comment: syntax('Clients that keep no cookie: by SockJS session id, or by address'),
            hash,
            cookie: viewCookie(cookie, context.features),
            checks: viewChecks(pool, context.plan, 'tracking'),
            maintenance: null,
            assets: null,
            servers: viewServers(pool, { role: 'tracking', hashed: true }),
          }),
        ]
      : []),
    ...(pool.assets
      ? [
          backend(pool, {
            name: assetBackend(pool),
            comment: syntax(
              'Hashed bundles: what one node does not have, another may, during a rolling deploy',
            ),
            hash: null,
            cookie: null,
            checks: viewChecks(pool, context.plan, 'tracking'),
            maintenance: null,
            assets: { cookie: cookie?.name ?? null, cache: pool.assets.cache },
            servers: viewServers(pool, { role: 'tracking', hashed: false, assets: true }),
          }),
        ]
      : []),
  ];
};

interface Parts {
  readonly name: string;
  readonly comment: View;
  readonly hash: View;
  readonly cookie: View;
  readonly checks: View;
  readonly maintenance: string | null;
  readonly assets: View;
  readonly servers: View;
}

const backend = (pool: Pool, parts: Parts): View => ({
  ...parts,
  balance: syntax(balance(pool)),
  sessions: pattern(`^${regex(pool.path === '/' ? '' : pool.path)}/(sockjs/|websocket/?$)`),
  nodeHeader: pool.nodeHeader,
  connect: timeText(pool.timeouts.connect),
  response: timeText(pool.timeouts.response),
  websocket: timeText(pool.timeouts.websocket),
});

/** Always written: the default changed from roundrobin to random in HAProxy 3.3. */
export const balance = ({ balance }: Pool): string =>
  ({ 'least-connections': 'leastconn', 'round-robin': 'roundrobin', random: 'random' })[balance];

const viewHash = ({ stickiness }: Pool, { balanceHash, tablesHandedOn }: HaproxyFeatures): View => ({
  // A table keeps whom a node's failure or drain has moved where they went; without one they'd be moved back.
  byHeader: !balanceHash,
  handedOn: tablesHandedOn,
  expire: stickiness.kind === 'address' ? '30m' : '2m',
});

const viewCookie = (
  { name, sameSite, secure, maxAgeS, key }: Cookie,
  { cookieAtRunTime }: HaproxyFeatures,
): View => ({
  words: [
    name,
    syntax('insert indirect nocache httponly'),
    ...(secure ? [syntax('secure')] : []),
    ...(cookieAtRunTime ? [] : [syntax('dynamic')]),
    syntax(`attr SameSite=${sameSite}`),
    ...(maxAgeS === null ? [] : [syntax(`attr Max-Age=${maxAgeS}`)]),
  ],
  key: cookieAtRunTime ? null : key,
});

const viewChecks = (pool: Pool, { listeners, front }: ProxyPlan, role: ServerOptions['role']): View => ({
  path: pool.health.path,
  host: pool.health.host,
  // Meteor's force-ssl answers plain requests with a redirect.
  https: listeners.some(({ tls }) => tls !== null) || front !== null,
  sockjs: pool.sockjs,
  followed: role === 'tracking' ? syntax(wholeBackend(pool)) : null,
  words: role === 'tracking' ? null : checkWords(pool).map(syntax),
  timeout: timeText(pool.health.timeout),
});

/** What a server that is checked has on its line. */
export const checkWords = ({ health }: Pool): readonly string[] => [
  'check',
  `inter ${timeText(health.interval)} fall ${health.fall} rise ${health.rise}`,
  // A node that refuses connections is down at once, not only when the checks have found it.
  `observe layer4 error-limit ${health.fall} on-error mark-down`,
  ...(health.slowStart === undefined ? [] : [`slowstart ${timeText(health.slowStart)}`]),
];

interface ServerOptions {
  /** Whether the servers are checked here, or follow those of the main backend. */
  readonly role: 'checked' | 'tracking';
  readonly hashed: boolean;
  readonly assets?: boolean;
}

/** The `server` lines of a pool. */
export const viewServers = (pool: Pool, options: ServerOptions): View => {
  const numbers = options.hashed ? serverNumbers(pool.servers) : new Map<string, number>();
  const rows = pool.servers.map((server) => ({
    id: server.id,
    address: address(server),
    parameters: parameters(server, { pool, options, number: numbers.get(server.id) ?? null }),
  }));
  const idWidth = Math.max(...rows.map(({ id }) => id.length));
  const addressWidth = Math.max(...rows.map(({ address: text }) => text.length));
  return rows.map((row) => ({ ...row, idWidth, addressWidth }));
};

const address = (server: Server): string =>
  server.address.kind === 'socket' ? `unix@${server.address.path}` : addressText(server.address);

const parameters = (
  server: Server,
  { pool, options, number }: { pool: Pool; options: ServerOptions; number: number | null },
): readonly View[] => {
  const word = (text: string): readonly View[] => [syntax(text)];
  return [
    ...(pool.stickiness.kind === 'cookie' ? word(`cookie ${server.cookie}`) : []),
    ...(number === null ? [] : word(`id ${number}`)),
    ...(weight(server, options.hashed) ?? []).flatMap(word),
    ...(pool.limits.connectionsPerNode === undefined
      ? []
      : word(`maxconn ${pool.limits.connectionsPerNode}`)),
    ...(options.role === 'tracking' ? [syntax('track'), `${wholeBackend(pool)}/${server.id}`] : []),
    ...(server.address.kind === 'name' ? word(BY_NAME) : []),
    ...(server.backup ? word('backup') : []),
    ...(server.state === 'down' ? word('disabled') : []),
  ];
};

/** A weight of 0 keeps the clients that a server has and gives it no new ones. */
const weight = ({ state, weight }: Server, hashed: boolean): readonly string[] | null => {
  if (state === 'drain') return ['weight 0'];
  const own = hashed ? weight * RING_WEIGHT : weight;
  return own === 1 ? null : [`weight ${own}`];
};

/** Name of the section with the DNS servers. */
export const RESOLVERS = 'dns';

/** Without allow-dup-ip HAProxy takes all but one of the nodes of one host down: "No IP for server" (2.6 to 3.2). */
const BY_NAME = `init-addr last,libc,none resolvers ${RESOLVERS} resolve-opts allow-dup-ip`;

/** A regular expression in strong quotes, where backslashes and "$" mean nothing to HAProxy. */
export const pattern = (text: string): Syntax => syntax(`'${text}'`);

/** Text that stands for itself in a regular expression. */
export const regex = (text: string): string => text.replaceAll('.', '\\.');
