import { type App, addressText, type Cluster, type ClusterNode } from '../cluster.ts';
import { type Finding, finding, type Rule } from './finding.ts';

const pathOf = (app: App, node: ClusterNode) => node.path ?? ['apps', app.id, 'nodes'];

/** No proxy says so, or not in these words: HAProxy takes two servers with one address in silence. */
export const duplicateNodes: Rule = ({ apps }) =>
  apps.flatMap((app) => [
    ...repeated(app.nodes, ({ id }) => id).map((node) =>
      finding(
        'error',
        'duplicate-node-id',
        pathOf(app, node),
        `app ${app.id} has two nodes with the id ${node.id}`,
      ),
    ),
    ...repeated(app.nodes, ({ address }) => addressText(address)).map((node) =>
      finding(
        'error',
        'duplicate-address',
        pathOf(app, node),
        `app ${app.id} has two nodes at ${addressText(node.address)}`,
        'one process is one node',
      ),
    ),
  ]);

/** Nothing to send requests to. */
export const noReadyNode: Rule = ({ apps }) =>
  apps.flatMap((app) =>
    app.nodes.length > 0 && app.nodes.every(({ state }) => state !== 'ready')
      ? [
          finding(
            'warning',
            'no-ready-node',
            ['apps', app.id, 'nodes'],
            `no node of app ${app.id} takes new sessions: all drain or are down`,
          ),
        ]
      : [],
  );

/** Every uws process opens a second port, 5001 unless told otherwise (Meteor's packages/ddp-server/transports/uws.js). */
export const uwsPorts: Rule = (cluster) =>
  uwsHosts(cluster).flatMap(([host, nodes]): readonly Finding[] => {
    const [first, second] = nodes;
    if (!first || !second) return [];
    return [
      finding(
        'warning',
        'uws-port-collision',
        pathOf(second.app, second.node),
        `${nodes.length} uws processes run on ${host}: each needs a uws port of its own`,
        'set packages["ddp-server"].uws.port in METEOR_SETTINGS of each; the default is 5001 for all',
      ),
    ];
  });

const uwsHosts = ({ apps }: Cluster): readonly (readonly [string, { app: App; node: ClusterNode }[]])[] => {
  const hosts = new Map<string, { app: App; node: ClusterNode }[]>();
  for (const app of apps.filter(({ transport }) => transport === 'uws')) {
    for (const node of app.nodes) {
      const host = node.address.kind === 'socket' ? 'this machine' : node.address.host;
      hosts.set(host, [...(hosts.get(host) ?? []), { app, node }]);
    }
  }
  return [...hosts];
};

/** Items whose key an earlier one has. */
const repeated = <T>(items: readonly T[], key: (item: T) => string): readonly T[] => {
  const seen = new Set<string>();
  return items.filter((item) => {
    const again = seen.has(key(item));
    seen.add(key(item));
    return again;
  });
};
