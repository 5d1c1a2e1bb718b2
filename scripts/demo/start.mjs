import { createCluster } from './cluster.mjs';
import { Complaint } from './complaint.mjs';
import { serveControl } from './control.mjs';
import { freePort, freePorts, isFree } from './free-port.mjs';
import { createJournal } from './journal.mjs';
import { createMeteorNode } from './meteor-node.mjs';
import { createVisitors } from './visitors.mjs';

/** Starts everything, puts what must be stopped into `started`, and returns the page's address. */
export async function startDemo(options, started, fail) {
  const port = await choosePort(options.port);
  const journal = createJournal();
  const visitors = createVisitors(`http://127.0.0.1:${port}`, journal);
  started.push(visitors);

  const [controlPort, ...ports] = await freePorts(3000, options.nodes + 1);
  const nodes = ports.map((nodePort, index) =>
    createMeteorNode({ id: 'abcdefgh'[index], port: nodePort, journal }),
  );
  started.push(...nodes);
  const cluster = createCluster({ ...options, port, controlPort, nodes, journal, fail });
  started.push(cluster);

  started.push(await serveControl({ port: controlPort, cluster, visitors, journal }));
  await Promise.all(nodes.map((node) => node.start()));
  await cluster.start();
  return `http://127.0.0.1:${port}/_demo/`;
}

async function choosePort(asked) {
  if (asked === null) return freePort(8080);
  if (await isFree(asked)) return asked;
  throw new Complaint(
    `Port ${asked} is taken, or not yours to use: name another with --port, or leave it out.`,
  );
}
