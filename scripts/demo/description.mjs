import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { nodeSystem, renderFile } from '../../dist/index.js';

/** Writes the description of the cluster as it shall be now, and returns it with what meteor-lb makes of it. */
export async function render({ folder, port, controlPort, nodes, target, version }) {
  const cluster = join(folder, 'cluster.yaml');
  const description = stringify({
    runtimeDir: folder,
    listen: [{ address: '127.0.0.1', port }],
    apps: {
      todos: { nodes: nodes.map(listed) },
      demo: {
        path: '/_demo',
        transport: 'uws',
        stickiness: 'none',
        health: { path: '/_demo/' },
        nodes: [{ id: 'control', host: '127.0.0.1', port: controlPort }],
      },
    },
    // Root's workers would become another user, who does not get into the folder.
    ...(target === 'nginx' && process.getuid?.() === 0 ? { nginx: { user: 'root' } } : {}),
  });
  writeFileSync(cluster, description);
  const { text } = await renderFile({ cluster, target, proxyVersion: version }, nodeSystem);
  return { description, text };
}

function listed({ id, port, state }) {
  return { id, host: '127.0.0.1', port, ...(state === 'ready' ? {} : { state }) };
}
