import { dirname } from 'node:path/posix';
import type { Listener, Pool, ProxyPlan, Route, Site, Tls } from '../../plan/proxy-plan.ts';
import { syntax, type View } from '../../templating/syntax.ts';
import { GENERATION_HOST, GENERATION_MARK } from '../generation.ts';
import { durationText, sizeText } from '../units.ts';
import { assetPool, variable, wholePool } from './names.ts';
import { cacheZone, logFile } from './places.ts';
import { escapeRegex } from './quote.ts';
import type { Strategy } from './strategy.ts';
import type { NginxFeatures } from './versions.ts';
import { firstPool } from './view-maps.ts';

interface Context {
  readonly plan: ProxyPlan;
  readonly features: NginxFeatures;
  readonly strategies: ReadonlyMap<string, Strategy>;
  /** Whether names that no app has are answered here; a file for conf.d leaves them to nginx.conf. */
  readonly catchAll: boolean;
}

/** The `server` blocks: for each listener one per site, and one for the names that no site has. */
export const viewServers = (context: Context): readonly View[] =>
  context.plan.listeners.flatMap((listener) => {
    const { serves } = listener;
    if (serves.kind === 'tcp') return [];
    const allByHttp = serves.kind === 'redirect-http' && knownScheme(context.plan) === 'http';
    if (serves.kind === 'redirect' || allByHttp) return redirects(listener, serves.port, context);
    const sites = context.plan.sites.map((site) => siteServer(listener, site, context));
    return isCaught(context) ? sites : [...sites, unknownServer(listener, context)];
  });

/** Whether a site, or somebody else, answers to every other name. */
const isCaught = ({ plan, catchAll }: Context): boolean =>
  !catchAll || plan.sites.some(({ domains }) => domains.length === 0);

const siteServer = (listener: Listener, site: Site, context: Context): View => ({
  ...server(listener, context, site.domains.length === 0 && context.catchAll),
  names: site.domains.length === 0 ? ['_'] : site.domains,
  redirect:
    listener.serves.kind === 'redirect-http' && knownScheme(context.plan) === null
      ? redirectTo(listener.serves.port)
      : null,
  returns: null,
  apps: site.routes.map((route) => viewApp(route, listener, context, site.routes.length > 1)),
  hasRoot: site.routes.some(({ path }) => path === '/'),
  shared: site.routes.length === 1 && site.routes[0] ? viewSettings(site.routes[0], context.plan) : null,
});

const redirects = (listener: Listener, port: number | null, context: Context): readonly View[] => {
  const caught = isCaught(context) && context.catchAll;
  const names = context.plan.sites.flatMap(({ domains }) => domains);
  const redirect: View = {
    ...server(listener, context, caught),
    names: caught || names.length === 0 ? ['_'] : names,
    returns: [syntax('301'), redirectTo(port)],
  };
  return isCaught(context) ? [redirect] : [redirect, unknownServer(listener, context)];
};

const unknownServer = (listener: Listener, context: Context): View => {
  const rejects = listener.tls !== null && context.features.rejectHandshake;
  const view = server(listener, context, true);
  return {
    ...view,
    names: ['_'],
    tls: rejects ? null : view.tls,
    rejects,
    http2: false,
    returns: rejects ? null : ['404'],
  };
};

/** The server that tells which configuration serves; null where all listeners pass TCP through. */
export const viewGeneration = (context: Pick<Context, 'plan' | 'features'>): View => {
  const listener = generationListener(context.plan);
  if (listener === null) return null;
  return { ...server(listener, context, false), name: GENERATION_HOST, id: syntax(GENERATION_MARK) };
};

/** Where nginx is asked for its generation: a plain listener if there is one. */
export const generationListener = ({ listeners }: ProxyPlan): Listener | null => {
  const http = listeners.filter(({ serves }) => serves.kind !== 'tcp');
  return http.find(({ tls, proxyProtocol }) => tls === null && !proxyProtocol) ?? http[0] ?? null;
};

const redirectTo = (port: number | null): View =>
  syntax(`https://$host${port === null ? '' : `:${port}`}$request_uri`);

const server = (
  listener: Listener,
  { features, plan }: Pick<Context, 'plan' | 'features'>,
  isDefault: boolean,
) => {
  const host = listener.address === null ? '' : `${bracketed(listener.address)}:`;
  return {
    listen: [
      `${host}${listener.port}`,
      ...(isDefault ? ['default_server'] : []),
      ...(listener.tls ? ['ssl'] : []),
      ...(listener.tls?.http2 && !features.http2Directive ? ['http2'] : []),
      ...(listener.proxyProtocol ? ['proxy_protocol'] : []),
    ],
    http2: listener.tls?.http2 === true && features.http2Directive,
    tls: listener.tls ? viewTls(listener.tls) : (null as View),
    /** Ends TLS handshakes for names that nobody has a certificate for. */
    rejects: false,
    returns: null as View,
    redirect: null as View,
    apps: [] as readonly View[],
    hasRoot: true,
    shared: null as View,
    scheme: schemeOf(plan),
    forwardedFor: syntax(
      plan.front?.protocol === 'x-forwarded-for' ? '"$remote_addr, $realip_remote_addr"' : '$remote_addr',
    ),
  } as const;
};

/** What the client speaks: to us, or to the balancer in front. */
const schemeOf = (plan: ProxyPlan): View =>
  knownScheme(plan) ?? syntax(plan.front?.protocol === 'x-forwarded-for' ? '$mlb_scheme' : '$scheme');

/** What every client speaks, where that is known before a request comes. */
const knownScheme = ({ front }: ProxyPlan): 'http' | 'https' | null =>
  front?.protocol === 'proxy-protocol' ? front.scheme : null;

/** Mozilla's guidelines, version 5.7. DHE is left out: nginx offers it only with parameters of one's own. */
export const viewTls = ({ certificate, key, profile }: Tls): View => ({
  certificate,
  key,
  protocols: profile === 'modern' ? ['TLSv1.3'] : ['TLSv1.2', 'TLSv1.3'],
  ciphers:
    profile === 'modern'
      ? null
      : syntax(
          [
            'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
            'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
            'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305',
          ].join(':'),
        ),
});

/** What holds for all of an app; said once where a server has no other app. */
const viewSettings = ({ pool: id }: Route, plan: ProxyPlan): View => {
  const { limits, timeouts } = plan.pools.find((one) => one.id === id) as Pool;
  return {
    connect: durationText(timeouts.connect),
    body: sizeText(limits.body),
    accessLog: [logFile(plan, 'access.log'), `mlb_${id}`],
  };
};

const viewApp = (route: Route, listener: Listener, context: Context, hasNeighbours: boolean): View => {
  const { path, pool: id } = route;
  const { plan, strategies } = context;
  const pool = plan.pools.find((one) => one.id === id) as Pool;
  const strategy = strategies.get(id) as Strategy;
  const under = escapeRegex(path === '/' ? '' : path);
  const named = (what: string): View => syntax(`@${id}.${what}`);
  return {
    id,
    empty: pool.servers.length === 0,
    location: path === '/' ? [syntax('/')] : [syntax('~'), syntax(`"^${under}(/|$)"`)],
    sockets: [
      syntax('~'),
      syntax(pool.sockjs ? `"^${under}/(sockjs/|websocket/?$)"` : `"^${under}/websocket/?$"`),
    ],
    assets: pool.assets
      ? {
          location: [syntax('~'), syntax(`"^${under}/[0-9a-f]{40}\\.(js|css)$"`)],
          retry: named('asset'),
          pool: syntax(
            `http://${strategy.sticky ? assetPool(pool) : strategy.whole ? wholePool(pool) : firstPool(pool, strategy)}`,
          ),
          cache: pool.assets.cache
            ? { zone: cacheZone(plan), key: syntax(`"${id}$uri$mlb_encoding"`) }
            : null,
        }
      : null,
    first: syntax(`http://${firstPool(pool, strategy)}`),
    elsewhere: strategy.elsewhere
      ? {
          location: named('elsewhere'),
          sockets: named('elsewhere.sockets'),
          pool: syntax(`http://${wholePool(pool)}`),
          final: variable(pool, 'final'),
        }
      : null,
    maintenance: pool.maintenance
      ? {
          location: named('maintenance'),
          root: dirname(pool.maintenance.page),
          file: `/${pool.maintenance.page.split('/').at(-1)}`,
        }
      : null,
    headers: [
      ...(strategy.pinned
        ? [{ name: 'Set-Cookie', value: variable(pool, 'setcookie'), forAssets: false }]
        : []),
      ...(pool.nodeHeader === null
        ? []
        : [{ name: pool.nodeHeader, value: variable(pool, 'node'), forAssets: true }]),
      ...(listener.tls?.hstsS
        ? [
            {
              name: 'Strict-Transport-Security',
              value: syntax(`max-age=${listener.tls.hstsS}`),
              forAssets: true,
            },
          ]
        : []),
    ],
    own: hasNeighbours ? viewSettings(route, plan) : null,
    response: durationText(pool.timeouts.response),
    websocket: durationText(pool.timeouts.websocket),
  };
};

export const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
