import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { render } from './description.mjs';
import { createProxy } from './proxy.mjs';
import { targets } from './targets.mjs';

/** The nodes and the proxy before them. A change of a node's state goes through the description and a reload. */
export function createCluster({ target, version, binary, port, controlPort, nodes, journal, fail }) {
  const { file, args, reloadSignal, accessLog, loggedNode } = targets[target];
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-demo-'));
  const config = join(folder, file);
  const proxy = createProxy({ folder, accessLog: accessLog(folder), onLine: count, fail });
  let current = { description: '', text: '' };
  let queue = Promise.resolve();

  const publish = async () => {
    const next = await render({ folder, port, controlPort, nodes, target, version });
    const before = current.text;
    writeFileSync(config, next.text);
    current = next;
    return before;
  };

  const change = async (node, state) => {
    const old = node.state;
    node.state = state;
    try {
      const before = await publish();
      proxy.signal(reloadSignal);
      journal.add(
        `Node ${node.id} is set to ${state}; ${target} reloads`,
        difference(file, before, current.text),
      );
    } catch (error) {
      node.state = old;
      const reasons = error.diagnostics?.map(({ message }) => message) ?? [];
      journal.add(`Node ${node.id} stays ${old}: ${reasons.join('; ') || error.message}`);
    }
  };

  return {
    target,
    version,
    port,
    file,
    nodes,
    start: async () => {
      await publish();
      await proxy.start([binary, ...args(folder, config)], port);
    },
    setState: (node, state) => {
      queue = queue.then(() => change(node, state));
      return queue;
    },
    description: () => current.description,
    text: () => current.text,
    stop: proxy.stop,
  };

  function count(line) {
    const node = nodes.find(({ id }) => id === loggedNode(line));
    if (!node) return;
    node.requests += 1;
    journal.changed();
  }
}

function difference(file, before, after) {
  return createTwoFilesPatch(file, file, before, after, '', '', { context: 0 })
    .split('\n')
    .filter((line) => /^[-+](?![-+]{2})/.test(line))
    .join('\n');
}
