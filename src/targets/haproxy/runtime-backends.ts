import type { Pool, ProxyPlan, Server } from '../../plan/proxy-plan.ts';
import { serverNumbers } from './server-numbers.ts';
import { assetBackend, decideStrategy, keyedBackend, wholeBackend } from './strategy.ts';
import type { HaproxyFeatures } from './versions.ts';
import { RING_WEIGHT } from './view-backends.ts';
import { frontendName } from './view-frontends.ts';

/** A backend as it should run, in HAProxy's own numbers. */
export interface WantedBackend {
  readonly name: string;
  readonly pool: Pool;
  readonly servers: readonly WantedServer[];
  /** Servers that are added get no cookie of their own, but one that HAProxy makes: the same, once it is told to. */
  readonly cookieIsMade: boolean;
  /** Servers of the file follow those of another backend here. */
  readonly follows: boolean;
}

export interface WantedServer {
  readonly server: Server;
  readonly weight: number;
  readonly maint: boolean;
  /** Its place on the hash ring; null where there is none. */
  readonly number: number | null;
  /** Written on its line; null for none. */
  readonly cookie: string | null;
}

/** The backends that a plan's servers are in; those that follow come before what they follow. */
export const wantedBackends = (
  { pools, listeners }: Pick<ProxyPlan, 'pools' | 'listeners'>,
  features: HaproxyFeatures,
): readonly WantedBackend[] =>
  pools.flatMap((pool) => {
    const { hashed, keyed } = decideStrategy(pool);
    const tcp = listeners.filter(({ serves }) => serves.kind === 'tcp' && serves.pool === pool.id);
    const backend = (name: string, options: Options): WantedBackend => wanted(pool, name, options, features);
    return [
      ...tcp.map((listener) =>
        backend(frontendName(listener, { pools }), {
          hashed: pool.stickiness.kind !== 'none',
          cookie: 'none',
          follows: true,
        }),
      ),
      ...(pool.assets ? [backend(assetBackend(pool), { hashed: false, cookie: 'read', follows: true })] : []),
      ...(keyed ? [backend(keyedBackend(pool), { hashed: true, cookie: 'sent', follows: true })] : []),
      backend(wholeBackend(pool), { hashed, cookie: 'sent', follows: false }),
    ];
  });

interface Options {
  readonly hashed: boolean;
  readonly cookie: 'none' | 'read' | 'sent';
  readonly follows: boolean;
}

const wanted = (
  pool: Pool,
  name: string,
  { hashed, cookie, follows }: Options,
  { cookieAtRunTime }: HaproxyFeatures,
): WantedBackend => {
  const numbers = hashed ? serverNumbers(pool.servers) : new Map<string, number>();
  const hasCookie = pool.stickiness.kind === 'cookie' && cookie !== 'none';
  return {
    name,
    pool,
    servers: pool.servers.map((server) => ({
      server,
      weight: server.state === 'drain' ? 0 : server.weight * (hashed ? RING_WEIGHT : 1),
      maint: server.state === 'down',
      number: numbers.get(server.id) ?? null,
      cookie: hasCookie && cookieAtRunTime ? server.cookie : null,
    })),
    cookieIsMade: hasCookie && cookie === 'sent' && !cookieAtRunTime,
    follows,
  };
};
