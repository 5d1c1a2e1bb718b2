import { isDeepStrictEqual } from 'node:util';
import { addressText } from '../cluster/cluster.ts';
import type { Change, RuntimeRule, ServerUpdate } from './change.ts';
import type { Listener, Pool, ProxyPlan, Server, Site } from './proxy-plan.ts';

/**
 * What it takes to bring a proxy from one plan to another. Pure. `runtime` says what the proxy can do without a reload;
 * null: nothing. Reasons are for people: each is one thing that differs.
 */
export const classifyChange = (before: ProxyPlan, after: ProxyPlan, runtime: RuntimeRule | null): Change => {
  const updates = serverUpdates(before.pools, after.pools);
  const hard = [...differences(before, after), ...updates.flatMap((update) => needsReload(update, runtime))];
  if (hard.length > 0) return { kind: 'reload', reasons: hard };
  return updates.length > 0 ? { kind: 'servers', updates } : { kind: 'none' };
};

const needsReload = (update: ServerUpdate, runtime: RuntimeRule | null): readonly string[] => {
  if (runtime === null) return [describeUpdate(update)];
  const why = runtime(update);
  return why === null ? [] : [`${describeUpdate(update)}: ${why}`];
};

/** An update in words: `server c of todos was added`. */
export const describeUpdate = (update: ServerUpdate): string => {
  const name = `server ${update.server.id} of ${update.pool}`;
  switch (update.kind) {
    case 'add':
      return `${name} was added`;
    case 'remove':
      return `${name} was removed`;
    case 'alter':
      return `${name} ${alteration(update.before, update.server)}`;
  }
};

const alteration = (before: Server, after: Server): string => {
  const words: string[] = [];
  if (before.state !== after.state) words.push(`is ${STATES[after.state]} now`);
  if (before.weight !== after.weight) words.push(`has weight ${after.weight} instead of ${before.weight}`);
  if (addressText(before.address) !== addressText(after.address))
    words.push(`moved from ${addressText(before.address)} to ${addressText(after.address)}`);
  if (before.backup !== after.backup) words.push(after.backup ? 'became a backup' : 'is no backup any more');
  return words.length > 0 ? words.join(', ') : 'has another cookie value';
};

const STATES = { ready: 'ready', drain: 'draining', down: 'down' } as const;

/** What happens to the servers of the pools that both have. Pure. */
export const serverUpdates = (before: readonly Pool[], after: readonly Pool[]): readonly ServerUpdate[] =>
  after.flatMap((pool) => {
    const old = before.find(({ id }) => id === pool.id);
    if (old === undefined || old.servers === pool.servers) return [];
    const was = new Map(old.servers.map((server) => [server.id, server]));
    const is = new Set(pool.servers.map(({ id }) => id));
    return [
      ...old.servers
        .filter(({ id }) => !is.has(id))
        .map((server): ServerUpdate => ({ kind: 'remove', pool: pool.id, server })),
      ...pool.servers.flatMap((server) => updateOf(pool.id, was.get(server.id), server)),
    ];
  });

const updateOf = (pool: string, before: Server | undefined, server: Server): readonly ServerUpdate[] => {
  if (before === undefined) return [{ kind: 'add', pool, server }];
  return isDeepStrictEqual(before, server) ? [] : [{ kind: 'alter', pool, server, before }];
};

/** All that differs besides servers. */
const differences = (before: ProxyPlan, after: ProxyPlan): readonly string[] => [
  ...general(before, after),
  ...lists<Listener>('listener', before.listeners, after.listeners, ({ id }) => id),
  ...lists<Site>('site', before.sites, after.sites, ({ domains }) => domains.join(' ') || 'every name'),
  ...lists<Pool>('app', before.pools.map(withoutServers), after.pools.map(withoutServers), ({ id }) => id),
];

const withoutServers = (pool: Pool): Pool => ({ ...pool, servers: [] });

const general = (before: ProxyPlan, after: ProxyPlan): readonly string[] =>
  GENERAL.flatMap(([key, words]) => (isDeepStrictEqual(before[key], after[key]) ? [] : [words]));

const GENERAL = [
  ['name', 'the cluster has another name'],
  ['runtimeDir', 'runtimeDir is another folder'],
  ['resolvers', 'the DNS servers differ'],
  ['front', 'what stands in front differs'],
] as const satisfies readonly (readonly [keyof ProxyPlan, string])[];

const lists = <Item>(
  what: string,
  before: readonly Item[],
  after: readonly Item[],
  nameOf: (item: Item) => string,
): readonly string[] => {
  const was = new Map(before.map((item) => [nameOf(item), item]));
  const is = new Map(after.map((item) => [nameOf(item), item]));
  return [
    ...[...was.keys()].filter((name) => !is.has(name)).map((name) => `${what} ${name} was removed`),
    ...[...is].flatMap(([name, item]) => {
      const old = was.get(name);
      if (old === undefined) return [`${what} ${name} was added`];
      return isDeepStrictEqual(old, item) ? [] : [`${what} ${name} changed`];
    }),
  ];
};
