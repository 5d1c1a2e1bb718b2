import { z } from 'zod';
import type { Cluster, ClusterNode } from '../cluster/cluster.ts';
import { nodeState } from '../cluster/schema/node.ts';
import { appId } from '../cluster/schema/values.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Platform } from '../platform/platform.ts';
import { systemReason } from '../platform/system-error.ts';

/** States that were given to nodes by command, by app and id; they hold until they are taken back. */
export type NodeStates = Readonly<Record<string, Readonly<Record<string, ClusterNode['state']>>>>;

const statesSchema = z.strictObject({
  version: z.literal(1),
  states: z.record(appId, z.record(z.string(), nodeState)),
});

/** Reads the states; a file that is missing has none. Throws LbError where it holds something else. */
export const readStates = async (file: string, platform: Platform): Promise<NodeStates> => {
  let text: string;
  try {
    text = await platform.readText(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw unreadable(file, systemReason(error) ?? String(error));
  }
  try {
    return statesSchema.parse(JSON.parse(text)).states;
  } catch {
    throw unreadable(file, 'it is not what meteor-lb writes there');
  }
};

const unreadable = (file: string, reason: string): LbError =>
  new LbError('inventory', `${file} can not be read: ${reason}`, {
    hint: 'it holds which nodes are drained; remove it to have none drained',
  });

/** Writes the states. Throws LbError where the system does not let it. */
export const writeStates = async (file: string, states: NodeStates, platform: Platform): Promise<void> => {
  try {
    await platform.replaceFile(file, `${JSON.stringify({ version: 1, states }, null, 2)}\n`);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw new LbError('apply', `${file} can not be written: ${reason}`, { cause: error });
  }
};

/** States with one more, or one less where `state` is ready. */
export const setState = (
  states: NodeStates,
  app: string,
  node: string,
  state: ClusterNode['state'],
): NodeStates => {
  const { [node]: _, ...others } = states[app] ?? {};
  const own = state === 'ready' ? others : { ...others, [node]: state };
  const { [app]: __, ...rest } = states;
  return Object.keys(own).length > 0 ? { ...rest, [app]: own } : rest;
};

/** The cluster with the states: of two, the one further from ready counts. */
export const withStates = (cluster: Cluster, states: NodeStates): Cluster => ({
  ...cluster,
  apps: cluster.apps.map((app) => {
    const own = states[app.id];
    if (own === undefined) return app;
    return {
      ...app,
      nodes: app.nodes.map((node) => {
        const state = Object.hasOwn(own, node.id) ? own[node.id] : undefined;
        return state !== undefined && RANK[state] > RANK[node.state] ? { ...node, state } : node;
      }),
    };
  }),
});

const RANK = { ready: 0, drain: 1, down: 2 } as const;
