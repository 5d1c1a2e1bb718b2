import type { Listener, Pool, ProxyPlan, Route } from '../../plan/proxy-plan.ts';
import { syntax, type View } from '../../templating/syntax.ts';
import { SPOOFABLE_HEADERS } from '../spoofable.ts';
import { inLines } from './lines.ts';
import { assetBackend, decideStrategy, keyedBackend, wholeBackend } from './strategy.ts';
import { timeText } from './time.ts';
import type { HaproxyFeatures } from './versions.ts';
import { balance, pattern, regex, viewServers } from './view-backends.ts';

interface Context {
  readonly plan: ProxyPlan;
  readonly features: HaproxyFeatures;
}

/** The frontends: what listens for http. */
export const viewFrontends = (context: Context): readonly View[] =>
  context.plan.listeners
    .filter(({ serves }) => serves.kind !== 'tcp')
    .map((listener) => viewFrontend(listener, context));

const viewFrontend = (listener: Listener, context: Context): View => {
  const { plan } = context;
  const redirectPort = 'port' in listener.serves ? listener.serves.port : null;
  const host = redirectPort === null ? '' : `:${redirectPort}`;
  const scheme = listener.tls ? 'https' : 'http';
  return {
    id: frontendName(listener, plan),
    bind: viewBind(listener, context.features),
    front: viewFront(plan),
    hops: viewHops(plan),
    spoofable: SPOOFABLE_HEADERS,
    scheme: syntax(plan.front?.scheme ?? scheme),
    // After set-src the address of the balancer in front is in a variable of its own.
    forwardedFor: syntax(
      plan.front?.protocol === 'x-forwarded-for' ? '"%[src], %[var(txn.front)]"' : '%[src]',
    ),
    redirect:
      listener.serves.kind === 'sites' ? null : syntax(`https://%[var(txn.host)]${host}%[capture.req.uri]`),
    redirectAll: listener.serves.kind === 'redirect',
    hsts: listener.tls?.hstsS ? syntax(`max-age=${listener.tls.hstsS}`) : null,
    apps: plan.pools.map((pool) => viewApp(pool, plan)),
    routes: viewRoutes(plan),
    catchAll: plan.sites.some(
      ({ domains, routes }) => domains.length === 0 && routes.some(({ path }) => path === '/'),
    ),
  };
};

/** HAProxy wants frontends and backends to have different names, and an app may be called `http_80`. */
export const frontendName = ({ id }: Pick<Listener, 'id'>, { pools }: Pick<ProxyPlan, 'pools'>): string =>
  pools.some((pool) => pool.id === id) ? `${id}.in` : id;

const viewApp = (pool: Pool, plan: ProxyPlan): View => {
  const under = regex(pool.path === '/' ? '' : pool.path);
  const depth = pool.path === '/' ? 0 : pool.path.split('/').length - 1;
  const { hashed, keyed } = decideStrategy(pool);
  const domains = plan.sites.flatMap((site) =>
    site.routes.some((route) => route.pool === pool.id) ? site.domains : [],
  );
  return {
    id: pool.id,
    exact: inLines(domains.filter((domain) => !domain.startsWith('*.'))),
    wild: inLines(domains.filter((domain) => domain.startsWith('*.')).map((domain) => domain.slice(1))),
    path: pool.path === '/' ? null : pattern(`^${under}(/|$)`),
    session:
      pool.sockjs && (keyed || pool.stickiness.kind === 'session')
        ? { regex: pattern(`^${under}/sockjs/[^/]+/[^/.]+/[a-z_]+$`), field: 4 + depth }
        : null,
    raw: keyed ? pattern(`^${under}(/sockjs)?/websocket/?$`) : null,
    byAddress: hashed,
    asset: pool.assets ? pattern(`^${under}/[0-9a-f]{40}\\.(js|css)$`) : null,
    cookie: pool.stickiness.kind === 'cookie' ? syntax(`req.cook(${pool.stickiness.cookie.name})`) : null,
    none: pool.stickiness.kind === 'none',
    body: pool.limits.body,
    whole: wholeBackend(pool),
    keyed: keyed ? keyedBackend(pool) : null,
    assets: pool.assets ? assetBackend(pool) : null,
  };
};

/** Which app a request is for: exact names before wildcards, longer paths before shorter ones. */
const viewRoutes = ({ sites }: ProxyPlan): View => {
  const rows = (kind: 'host' | 'wild', matches: (domain: string) => boolean): readonly View[] =>
    unique(sites.filter(({ domains }) => domains.some(matches)).flatMap(({ routes }) => routes)).map(
      (route) => ({
        app: route.pool,
        conditions: [`${route.pool}.${kind}`, ...pathCondition(route)],
      }),
    );
  const others = sites.filter(({ domains }) => domains.length === 0).flatMap(({ routes }) => routes);
  return [
    ...rows('host', (domain) => !domain.startsWith('*.')),
    ...rows('wild', (domain) => domain.startsWith('*.')),
    ...others.map((route) => ({ app: route.pool, conditions: pathCondition(route) })),
  ];
};

const pathCondition = ({ path, pool }: Route): readonly string[] => (path === '/' ? [] : [`${pool}.path`]);

const unique = (routes: readonly Route[]): readonly Route[] =>
  routes
    .filter((route, index) => routes.findIndex(({ pool }) => pool === route.pool) === index)
    .toSorted((a, b) => b.path.length - a.path.length);

const viewFront = ({ front }: ProxyPlan): View =>
  front === null
    ? null
    : {
        networks: inLines(front.networks),
        proxyProtocol: front.protocol === 'proxy-protocol',
      };

/**
 * Which entries of X-Forwarded-For, from its end, may be the client: the balancer next to us adds the last one, and each
 * one before it another.
 */
const viewHops = ({ front }: ProxyPlan): View =>
  front?.protocol === 'x-forwarded-for' ? Array.from({ length: front.hops }, (_, hop) => -1 - hop) : [];

const viewBind = ({ address, port, tls, id }: Listener, { certificateStore }: HaproxyFeatures): View => ({
  address: `${address === null ? '' : address.includes(':') ? `[${address}]` : address}:${port}`,
  tls: tls
    ? {
        certificate: certificateStore && tls.key !== tls.certificate ? `@${STORE}/${id}` : tls.certificate,
        modern: tls.profile === 'modern',
        alpn: tls.http2 ? 'h2,http/1.1' : 'http/1.1',
      }
    : null,
});

/** Certificates whose key is in a file of its own. */
export const viewStore = ({ listeners }: ProxyPlan, { certificateStore }: HaproxyFeatures): View => {
  const separate = listeners.filter(({ tls }) => tls !== null && tls.key !== tls.certificate);
  if (!certificateStore || separate.length === 0) return null;
  return {
    name: STORE,
    certificates: separate.map(({ id, tls }) => ({
      alias: id,
      certificate: tls?.certificate ?? '',
      key: tls?.key ?? '',
    })),
  };
};

const STORE = 'meteor_lb';

/** The TCP listeners, each with its servers. */
export const viewTcp = (context: Context): readonly View[] =>
  context.plan.listeners.flatMap((listener) => {
    const { serves } = listener;
    const pool = serves.kind === 'tcp' ? context.plan.pools.find(({ id }) => id === serves.pool) : undefined;
    if (!pool) return [];
    const hashed = pool.stickiness.kind !== 'none';
    return [
      {
        id: frontendName(listener, context.plan),
        bind: viewBind(listener, context.features),
        front: viewFront(context.plan),
        balance: syntax(hashed ? 'source' : balance(pool)),
        hashed,
        connect: timeText(pool.timeouts.connect),
        websocket: timeText(pool.timeouts.websocket),
        servers: viewServers({ ...pool, stickiness: { kind: 'none' } }, { role: 'tracking', hashed }),
      },
    ];
  });
