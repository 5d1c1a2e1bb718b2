import { type App, type Cluster, compareText } from '../cluster/cluster.ts';
import { cookieValue } from './cookie-value.ts';
import { healthPath } from './health-path.ts';
import { planListeners } from './plan-listeners.ts';
import { planSites } from './plan-sites.ts';
import type { Cookie, Listener, Pool, PoolStickiness, ProxyPlan } from './proxy-plan.ts';

/** Texts of the secret files that the description names, by path. */
export type Secrets = ReadonlyMap<string, string>;

/** What a proxy must do for a cluster. Pure; expects a cluster without errors. */
export const planProxy = (cluster: Cluster, secrets: Secrets = new Map()): ProxyPlan => {
  const { behind } = cluster;
  const listeners = planListeners(cluster);
  return {
    name: cluster.name,
    runtimeDir: cluster.runtimeDir,
    resolvers: cluster.resolvers,
    front: behind
      ? {
          networks: behind.addresses.toSorted(compareText),
          protocol: behind.protocol,
          hops: behind.hops,
          scheme: behind.scheme ?? null,
        }
      : null,
    listeners,
    sites: planSites(cluster.apps),
    pools: cluster.apps.map((app) => planPool(app, listeners, secrets)),
  };
};

const planPool = (app: App, listeners: readonly Listener[], secrets: Secrets): Pool => {
  const sockjs = app.transport === 'sockjs';
  const allBackups = app.nodes.every(({ backup }) => backup); // then there is nothing that they could stand in for
  const key = secrets.get(app.stickiness.keyFile ?? '') ?? app.id;
  return {
    id: app.id,
    path: app.path,
    sockjs,
    stickiness: planStickiness(app, key, listeners),
    balance: app.balance,
    timeouts: app.timeouts,
    limits: app.limits,
    maintenance: app.maintenance,
    nodeHeader: app.nodeHeader,
    assets: app.assets ?? null,
    health: {
      ...app.health,
      path: healthPath(app),
      host: app.domains.find((domain) => !domain.startsWith('*')) ?? 'localhost',
    },
    servers: app.nodes.map(({ id, address, weight, state, backup }) => ({
      id,
      address,
      cookie: cookieValue(key, address),
      weight,
      state,
      backup: backup && !allBackups,
    })),
  };
};

const planStickiness = (app: App, key: string, listeners: readonly Listener[]): PoolStickiness => {
  switch (app.stickiness.method) {
    case 'cookie':
      return { kind: 'cookie', cookie: planCookie(app, key, listeners) };
    case 'sockjs':
      return { kind: app.transport === 'sockjs' ? 'session' : 'address' };
    case 'ip_hash':
      return { kind: 'address' };
    case 'none':
      return { kind: 'none' };
  }
};

const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;

const planCookie = ({ stickiness }: App, key: string, listeners: readonly Listener[]): Cookie => {
  const serving = listeners.filter(({ serves }) => serves.kind !== 'tcp' && serves.kind !== 'redirect');
  const allByHttps = serving.every(({ tls, serves }) => tls !== null || serves.kind === 'redirect-http');
  return {
    name: stickiness.cookie,
    sameSite: SAME_SITE[stickiness.sameSite],
    // Browsers refuse SameSite=None without Secure.
    secure: stickiness.sameSite === 'none' || (stickiness.secure ?? allByHttps),
    maxAgeS: stickiness.ttlMs === null ? null : Math.ceil(stickiness.ttlMs / 1000),
    key,
  };
};
