import { resolve } from 'node:path';
import type { Address, App, ClusterNode } from '../cluster/cluster.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { readStates, setState, writeStates } from '../inventory/states.ts';
import type { Lock, System } from '../platform/system.ts';
import { chooseOutputs, type Output } from '../reconcile/outputs.ts';
import type { OutputReport } from '../reconcile/publish-output.ts';
import { readCluster } from '../reconcile/read-cluster.ts';
import { publishCluster, type RunOptions } from '../reconcile/run.ts';
import { statesFile } from '../reconcile/state-folder.ts';
import { isTaken, keptByWatch, remembersHere } from './kept-outputs.ts';

export interface NodeStateOptions extends Omit<RunOptions, 'reload'> {
  /** The node's id, or `app/id`. */
  readonly node: string;
  readonly state: 'ready' | 'drain';
}

/** What became of a node. */
export interface NodeStateReport {
  readonly app: string;
  readonly node: ClusterNode;
  /** How each output fared that this process brought in step. */
  readonly outputs: readonly OutputReport[];
  /** Outputs that a watch keeps, be they named on its command line alone. */
  readonly kept: readonly KeptOutput[];
  /** Whether the description or a source itself says otherwise, so that `ready` changes nothing. */
  readonly overruled: boolean;
}

interface KeptOutput extends Output {
  /** Whether the watch has taken the state. */
  readonly taken: boolean;
}

/**
 * Drains a node or makes it ready: noted in the state folder, so that it survives restarts, and brought to the running
 * proxy at once, by the watch that keeps it or else by this process. Throws LbError where there is no such node.
 */
export const setNodeState = async (options: NodeStateOptions, system: System): Promise<NodeStateReport> => {
  const read = await readCluster(options, null, system, { remembers: remembersHere(system) });
  const { cluster, folder } = read;
  const { app, node } = findNode(cluster.apps, options.node);
  const file = statesFile(folder);
  await system.makeFolder(folder);
  const lock = await waitForLock(file, system);
  try {
    await writeStates(file, setState(await readStates(file, system), app.id, node.id, options.state), system);
  } finally {
    await lock.release();
  }
  const overruled = options.state === 'ready' && node.state !== 'ready';
  const isNamed =
    options.out !== undefined || cluster.nginx.output !== undefined || cluster.haproxy.output !== undefined;
  const state = overruled ? node.state : options.state;
  const look = (outputs: readonly Output[]): Promise<readonly KeptOutput[]> =>
    Promise.all(
      outputs.map(async ({ target, file }) => {
        const taken = await isTaken({ folder, target }, { app: app.id, node: node.id, state }, system);
        return { target, file, taken };
      }),
    );
  if (!isNamed) {
    const kept = await look(await keptByWatch(folder, system));
    return { app: app.id, node, outputs: [], kept, overruled };
  }
  chooseOutputs(cluster, options);
  const locks = new Map();
  try {
    const { outputs } = await publishCluster(read, { ...options, reload: true }, { locks }, system);
    const isKept = ({ result }: OutputReport): boolean => result.outcome === 'locked';
    const kept = await look(outputs.filter(isKept));
    return { app: app.id, node, outputs: outputs.filter((output) => !isKept(output)), kept, overruled };
  } finally {
    for (const lock of locks.values()) await lock.release();
  }
};

/** Waits until no connection of this machine leads to a node; how many are left when the time is over, null: not known. */
export const waitForSessions = async (
  address: Address,
  waitMs: number,
  onCount: (left: number) => void,
  system: System,
): Promise<number | null> => {
  const deadline = system.now() + waitMs;
  let last: number | null = null;
  for (;;) {
    const left = await countSessions(address, system);
    if (left === null || left === 0 || system.now() >= deadline) return left;
    if (left !== last) onCount(left);
    last = left;
    await system.sleep(Math.min(POLL_MS, Math.max(1, deadline - system.now())));
  }
};

const POLL_MS = 500;

/** Of two that change the states at once, one waits for the other, which takes milliseconds. */
const waitForLock = async (file: string, system: System): Promise<Lock> => {
  const deadline = system.now() + 10_000;
  for (;;) {
    const lock = await system.lock(resolve(system.cwd, file));
    if (!('heldBy' in lock)) return lock;
    if (system.now() > deadline)
      throw new LbError('apply', `another meteor-lb (process ${lock.heldBy}) does not let go of ${file}`);
    await system.sleep(20);
  }
};

/** Connections of this machine that lead to a node: those of the proxies on it, their old workers included. */
const countSessions = async (address: Address, system: System): Promise<number | null> =>
  address.kind === 'ip' ? system.connectionsTo(address.host, address.port) : null;

const findNode = (apps: readonly App[], name: string): { readonly app: App; readonly node: ClusterNode } => {
  const all = apps.flatMap((app) => app.nodes.map((node) => ({ app, node })));
  const found = all.filter(({ app, node }) => node.id === name || `${app.id}/${node.id}` === name);
  const [first, second] = found;
  if (first === undefined) {
    const meant = didYouMean(
      name,
      all.map(({ node }) => node.id),
    );
    throw new LbError('usage', `there is no node ${name}`, {
      hint: meant === null ? `nodes: ${listed(all.map(({ node }) => node.id))}` : `did you mean ${meant}?`,
    });
  }
  if (second !== undefined) {
    throw new LbError('usage', `several apps have a node ${name}`, {
      hint: `say which: ${found.map(({ app, node }) => `${app.id}/${node.id}`).join(', ')}`,
    });
  }
  return first;
};

const listed = (ids: readonly string[]): string =>
  ids.length <= 20 ? ids.join(', ') || 'none' : `${ids.slice(0, 20).join(', ')} and ${ids.length - 20} more`;
