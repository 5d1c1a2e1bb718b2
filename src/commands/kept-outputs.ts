import type { ClusterNode } from '../cluster/cluster.ts';
import type { System } from '../platform/system.ts';
import { readRecord, stateFiles } from '../publish/state-files.ts';
import type { Output } from '../reconcile/outputs.ts';
import { targetNames } from '../targets/registry.ts';

/** Outputs that were published with this state folder, and that another process keeps now. */
export const keptByWatch = async (folder: string, system: System): Promise<readonly Output[]> => {
  const published = await Promise.all(
    targetNames.map(async (target) => {
      const record = await readRecord(stateFiles(folder, target).record, system);
      return record === null ? [] : [{ target, file: record.file }];
    }),
  );
  const kept = await Promise.all(
    published.flat().map(async (output) => {
      const lock = await system.lock(output.file);
      if ('heldBy' in lock) return [output];
      await lock.release();
      return [];
    }),
  );
  return kept.flat();
};

/** Whether it is for a command to remember what is believed: not where a watch goes on from what it believes itself, which may be something else. */
export const remembersHere =
  (system: System) =>
  async (folder: string): Promise<boolean> =>
    (await keptByWatch(folder, system)).length === 0;

/**
 * Whether the watch that keeps an output has published a node's new state; false where it has not within ten seconds, as one that does not
 * reload, or waits for old workers.
 */
export const isTaken = async (
  { folder, target }: { readonly folder: string; readonly target: string },
  { app, node, state }: { readonly app: string; readonly node: string; readonly state: ClusterNode['state'] },
  system: System,
): Promise<boolean> => {
  const deadline = system.now() + 10_000;
  while (system.now() < deadline) {
    const record = await readRecord(stateFiles(folder, target).record, system);
    const pool = record?.plan.pools.find(({ id }) => id === app);
    if (pool?.servers.some((server) => server.id === node && server.state === state)) return true;
    await system.sleep(100);
  }
  return false;
};
