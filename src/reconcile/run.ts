import { resolve } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Memory } from '../inventory/memory.ts';
import type { Notice } from '../inventory/notices.ts';
import type { LostNodes } from '../inventory/settle-inventory.ts';
import { type NodeStates, readStates, withStates } from '../inventory/states.ts';
import type { LoadedCluster } from '../load/load-cluster.ts';
import type { System } from '../platform/system.ts';
import { chooseOutputs, type OutputOptions } from './outputs.ts';
import { type Locks, type OutputReport, publishOutput } from './publish-output.ts';
import {
  type ReadCluster,
  type ReadHooks,
  type ReadOptions,
  readCluster,
  type SourceReport,
} from './read-cluster.ts';
import { statesFile } from './state-folder.ts';

export interface RunOptions extends OutputOptions, ReadOptions {
  readonly proxyVersion?: string | undefined;
  /** Whether running proxies are brought in step. */
  readonly reload: boolean;
}

/** What is kept between two runs. */
export interface RunMemory extends ReadHooks {
  readonly nodes: Memory | null;
  readonly locks: Locks;
  /** States of nodes that are to be taken out since they fail, of proxies that don't check them; told which nodes are lost. */
  readonly failing?: (lost: LostNodes) => NodeStates;
  /** Milliseconds until a reload may be done, of the longest that the description allows. */
  readonly reloadWaitMs?: (longestMs: number) => number;
}

export interface RunReport {
  readonly nodes: Memory;
  readonly outputs: readonly OutputReport[];
  readonly notices: readonly Notice[];
  /** How each source fared, by app. */
  readonly sources: readonly SourceReport[];
  readonly diagnostics: readonly Diagnostic[];
  readonly cluster: Cluster;
  /** Files whose change may change the result. */
  readonly files: readonly string[];
  /** Milliseconds until time alone may change the result; null for never. */
  readonly againInMs: number | null;
}

/**
 * One run: reads the description and the lists of nodes, and brings each output to what they say. Throws LbError where
 * there is nothing to publish: an invalid description, or nodes of which nothing is known.
 */
export const run = async (options: RunOptions, memory: RunMemory, system: System): Promise<RunReport> =>
  publishCluster(await readCluster(options, memory.nodes, system, memory), options, memory, system);

/** Brings each output to what a cluster that was read says. Throws LbError where no output is named. */
export const publishCluster = async (
  { loaded, cluster, settled, sources, folder, files }: ReadCluster,
  options: RunOptions,
  memory: Pick<RunMemory, 'locks' | 'failing' | 'reloadWaitMs'>,
  system: System,
): Promise<RunReport> => {
  const states = await readStates(statesFile(folder), system);
  const failing = memory.failing?.(settled.lost) ?? {};
  const outputs: OutputReport[] = [];
  for (const output of chooseOutputs(cluster, options)) {
    const { probe } = cluster[output.target];
    const order = {
      ...options,
      ...output,
      file: resolve(system.cwd, output.file),
      folder,
      locks: memory.locks,
      reloadWaitMs: () => memory.reloadWaitMs?.(cluster.watch.splay ?? 0) ?? 0,
    };
    outputs.push(await publishOutput(order, stated(stated(loaded, states), probe ? failing : {}), system));
  }
  return {
    nodes: settled.memory,
    outputs,
    notices: settled.notices,
    sources,
    diagnostics: loaded.diagnostics,
    cluster,
    files,
    againInMs: settled.againInMs,
  };
};

const stated = (loaded: LoadedCluster, states: NodeStates): LoadedCluster =>
  loaded.cluster === null ? loaded : { ...loaded, cluster: withStates(loaded.cluster, states) };
