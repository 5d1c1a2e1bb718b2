import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStructured } from '../../dist/cluster/read/read-structured.js';
import { clusterSchema } from '../../dist/cluster/schema/cluster.js';
import { EMPTY_INVENTORY } from '../../dist/cluster/schema/inventory.js';
import { toCluster } from '../../dist/cluster/to-cluster.js';
import { planProxy } from '../../dist/plan/plan-proxy.js';
import { Syntax } from '../../dist/templating/syntax.js';

/** What the templates of a target get, as an indented list of keys; found by looking at the views of the fixtures. */
export const viewKeys = (target, clusters) => {
  const tree = {};
  for (const folder of readdirSync(clusters)) {
    const file = join(clusters, folder, 'cluster.yaml');
    if (!existsSync(file)) continue;
    const { value } = readStructured(readFileSync(file, 'utf8'), file, clusterSchema);
    const cluster = toCluster(value, EMPTY_INVENTORY);
    const version = target.version(cluster) ?? target.assumed;
    collect(target.view(planProxy(cluster), cluster, { source: 'cluster.yaml', version }), tree);
  }
  return lines(tree, '');
};

const collect = (view, tree) => {
  if (Array.isArray(view)) {
    tree['[]'] ??= {};
    for (const item of view) collect(item, tree['[]']);
  } else if (typeof view === 'object' && view !== null && !(view instanceof Syntax)) {
    for (const [key, value] of Object.entries(view)) {
      tree[key] ??= {};
      collect(value, tree[key]);
    }
  }
};

const lines = (tree, indent) =>
  Object.entries(tree)
    .map(([key, below]) => {
      const list = below['[]'];
      const name = list ? `${key}[]` : key;
      return `${indent}${name}\n${lines(list ?? below, `${indent}  `)}`;
    })
    .join('');
