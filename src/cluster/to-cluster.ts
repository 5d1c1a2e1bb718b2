import { type App, byId, type Cluster, type Stickiness } from './cluster.ts';
import { expandNodes } from './expand-nodes.ts';
import type { Description } from './schema/cluster.ts';
import type { Inventory } from './schema/inventory.ts';

/** The cluster of a description: forms made one, nodes expanded and merged with those of the inventory, all sorted. */
export const toCluster = (description: Description, inventory: Inventory): Cluster => {
  const { name, listen, behind, watch, nginx, haproxy } = description;
  return {
    name,
    listen,
    behind,
    watch,
    nginx,
    haproxy,
    apps: Object.entries(description.apps)
      .map(([id, app]) => toApp(id, app, inventory))
      .sort(byId),
    resolvers: description.resolvers ?? [],
    runtimeDir: description.runtimeDir ?? null,
    stateDir: description.stateDir ?? null,
    templates: description.templates ?? null,
  };
};

const toApp = (id: string, written: Description['apps'][string], inventory: Inventory): App => {
  const here = written.nodes.flatMap((entry, index) => expandNodes(id, entry, ['apps', id, 'nodes', index]));
  const elsewhere = (Object.hasOwn(inventory.apps, id) ? (inventory.apps[id] ?? []) : []).flatMap((entry) =>
    expandNodes(id, entry, null),
  );
  return {
    id,
    domains: (written.domains ?? []).toSorted(),
    path: written.path,
    transport: written.transport,
    stickiness: toStickiness(id, written.stickiness),
    balance: written.balance,
    health: written.health,
    timeouts: written.timeouts,
    limits: written.limits,
    assets: written.assets,
    maintenance: written.maintenance,
    nodeHeader: written.nodeHeader ?? null,
    nodes: [...here, ...elsewhere].sort(byId),
    inventory: written.inventory ?? [],
  };
};

const toStickiness = (app: string, written: Description['apps'][string]['stickiness']): Stickiness => {
  const { method, cookie, sameSite, secure, ttl, keyFile } =
    typeof written === 'string'
      ? {
          method: written,
          cookie: undefined,
          sameSite: 'lax' as const,
          secure: undefined,
          ttl: undefined,
          keyFile: undefined,
        }
      : written;
  return {
    method,
    cookie: cookie ?? `mlb_${app.replaceAll('-', '_')}`,
    sameSite,
    secure: secure ?? null,
    ttlMs: ttl ?? null,
    keyFile: keyFile ?? null,
  };
};
