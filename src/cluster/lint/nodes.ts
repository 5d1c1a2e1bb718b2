import type { Path } from '../../diagnostics/diagnostic.ts';
import { type App, addressText, type Cluster, type ClusterNode } from '../cluster.ts';
import { type Finding, finding, type Rule } from './finding.ts';

const pathOf = (app: App, node: ClusterNode): Path => node.path ?? ['apps', app.id, 'nodes'];

/** No proxy says so, or not in these words: HAProxy takes two servers with one address in silence. */
export const duplicateNodes: Rule = ({ apps }) =>
  apps.flatMap((app) => [...sameAddress(app), ...sameId(app)]);

const sameAddress = (app: App): readonly Finding[] =>
  repeated(app, ({ address }) => addressText(address)).map(([first, node]) => {
    const who = first.id === node.id ? first.id : `${first.id} and ${node.id}`;
    return finding(
      'error',
      'duplicate-address',
      pathOf(app, node),
      `app ${app.id} has two nodes at ${addressText(node.address)}: ${who}`,
      'one process is one node: keep one of them',
    );
  });

/** Two entries without ids that have one address have one id too, which need not be said as well. */
const sameId = (app: App): readonly Finding[] =>
  repeated(app, ({ id }) => id.toLowerCase())
    .filter(([first, node]) => addressText(first.address) !== addressText(node.address))
    .map(([first, node]) =>
      finding(
        'error',
        'duplicate-node-id',
        [...pathOf(app, node), 'id'],
        first.id === node.id
          ? `app ${app.id} has two nodes with the id ${node.id}`
          : `the node ids ${first.id} and ${node.id} are one name to nginx, which knows no case`,
        'each node needs an id of its own',
      ),
    );

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
    const [, second] = nodes;
    if (!second) return [];
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

/** Nodes with a key that an earlier one has, each with that one; in the order they were written in. */
const repeated = (
  { nodes }: App,
  key: (node: ClusterNode) => string,
): readonly (readonly [ClusterNode, ClusterNode])[] => {
  const seen = new Map<string, ClusterNode>();
  return nodes
    .toSorted((a, b) => written(a) - written(b))
    .flatMap((node) => {
      const first = seen.get(key(node));
      if (first !== undefined) return [[first, node] as const];
      seen.set(key(node), node);
      return [];
    });
};

/** Nodes of an inventory come after those of the description. */
const written = ({ path }: ClusterNode): number => Number(path?.at(-1) ?? Number.MAX_SAFE_INTEGER);
