import { join, resolve } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import type { Description } from '../cluster/schema/cluster.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { readMemory, writeMemory } from '../inventory/memory-file.ts';
import { type AppSources, askSources, openSources } from '../inventory/open-sources.ts';
import {
  type AppListing,
  type Memory,
  type Notice,
  type Settled,
  settleInventory,
} from '../inventory/settle-inventory.ts';
import { type NodeStates, readStates, withStates } from '../inventory/states.ts';
import {
  besides,
  descriptionFiles,
  expectValid,
  joinInventory,
  type LoadedCluster,
  loadDescription,
  refused,
} from '../load/load-cluster.ts';
import type { System } from '../platform/system.ts';
import { type TargetName, targetNames } from '../targets/registry.ts';
import { chooseOutputs, type OutputOptions } from './outputs.ts';
import { type Locks, type OutputReport, publishOutput, understood } from './publish-output.ts';
import { inventoryFile, sourcesFile, stateFolder, statesFile } from './state-folder.ts';

export interface RunOptions extends OutputOptions {
  readonly cluster?: string | undefined;
  readonly inventory?: string | undefined;
  readonly proxyVersion?: string | undefined;
  /** Whether running proxies are brought in step. */
  readonly reload: boolean;
  /** Obeys a list that shrinks, however much. */
  readonly allowShrink?: boolean | undefined;
}

interface ReadOptions extends Pick<RunOptions, 'cluster' | 'inventory' | 'allowShrink'> {
  /** Whether what is believed is written down for the next time; true by default. */
  readonly remember?: boolean;
}

/** What is kept between two runs. */
export interface RunMemory extends RunHooks {
  readonly nodes: Memory | null;
  readonly locks: Locks;
  /** Nodes that were found failing, by target, app and id. */
  readonly failing: ReadonlyMap<TargetName, NodeStates>;
}

/** What who runs again and again has to do with a run. */
interface RunHooks {
  /** Gets the files of the report as far as they are known, so that they are known of a run that fails, too. */
  readonly noteFiles?: (files: readonly string[]) => void;
  /** Asks the sources; by default each of them, now. */
  readonly ask?: (apps: readonly AppSources[]) => Promise<readonly AppListing[]>;
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

/** How a source fared. */
interface SourceReport {
  /** `todos: file nodes.yaml` */
  readonly name: string;
  /** Why it could not be had; null where it could. */
  readonly problem: string | null;
}

/** The cluster as it stands: the description, and the nodes that are believed of its sources. */
export interface ReadCluster {
  readonly loaded: LoadedCluster;
  readonly cluster: Cluster;
  readonly settled: Settled;
  readonly sources: readonly SourceReport[];
  /** Where things are remembered. */
  readonly folder: string;
  /** Files whose change may change the result. */
  readonly files: readonly string[];
}

/**
 * One run: reads the description and the lists of nodes, and brings each output to what they say. Throws LbError where
 * there is nothing to publish: an invalid description, or nodes of which nothing is known.
 */
export const run = async (options: RunOptions, memory: RunMemory, system: System): Promise<RunReport> => {
  const { loaded, cluster, settled, sources, folder, files } = await readCluster(
    options,
    memory.nodes,
    system,
    memory,
  );
  const states = await readStates(statesFile(folder), system);
  const outputs: OutputReport[] = [];
  for (const output of chooseOutputs(cluster, options)) {
    const failing = memory.failing.get(output.target) ?? {};
    const order = {
      ...options,
      ...output,
      file: resolve(system.cwd, output.file),
      folder,
      locks: memory.locks,
    };
    outputs.push(await publishOutput(order, stated(stated(loaded, states), failing), system));
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

/** Reads the description and asks its sources; what is believed of them is remembered. Throws LbError as `run` does. */
export const readCluster = async (
  options: ReadOptions,
  nodes: Memory | null,
  system: System,
  { ask = (apps) => askSources(apps, system), noteFiles = () => {} }: RunHooks = {},
): Promise<ReadCluster> => {
  noteFiles(descriptionFiles(options));
  const description = await loadDescription(options, system);
  const { file, value } = description;
  if (value === null) {
    const message = `${file} is not a valid cluster description`;
    throw refused({ failure: 'invalid', message }, description.diagnostics);
  }
  const folder = stateFolder(file, value.stateDir ?? null);
  const apps = openSources(value, options.inventory, (path) => besides(file, path));
  const files = await filesOf(file, value, apps, system);
  noteFiles(files);
  const before = nodes ?? (await readKept(folder, system));
  const listings = await ask(apps);
  const settled = settleInventory(before, listings, {
    maxShrink: options.allowShrink ? 1 : value.watch.maxShrink,
    holdMs: value.watch.hold,
    now: system.now(),
  });
  if (settled.unknown.length > 0) {
    throw new LbError('inventory', `the nodes of ${settled.unknown.join(', ')} are not known`, {
      hint: settled.notices.map(({ message }) => message).join('\n    '),
    });
  }
  if (options.remember ?? true) await remember(folder, before, settled.memory, system);
  const inventory = { value: settled.inventory, locate: description.locate, diagnostics: [] };
  const loaded = joinInventory(description, inventory);
  return {
    loaded,
    cluster: expectValid(loaded),
    settled,
    sources: listings.flatMap(reportSources),
    folder,
    files,
  };
};

const reportSources = ({ app, listings }: AppListing): readonly SourceReport[] =>
  listings.map(({ source, entries, problems }) => ({
    name: `${app}: ${source}`,
    problem: entries === null ? problems.map(({ message }) => message).join('; ') : null,
  }));

const filesOf = async (
  file: string,
  description: Description,
  apps: readonly AppSources[],
  system: System,
): Promise<readonly string[]> => {
  const { stateDir, templates } = description;
  return [
    file,
    statesFile(stateFolder(file, stateDir ?? null)),
    ...apps.flatMap(({ sources }) => sources.flatMap((source) => source.files)),
    ...Object.values(description.apps).flatMap(({ stickiness }) =>
      typeof stickiness === 'string' || stickiness.keyFile === undefined
        ? []
        : [besides(file, stickiness.keyFile)],
    ),
    ...(templates === undefined ? [] : await listTemplates(besides(file, templates), system)),
  ];
};

/** The user's own templates, and the folders that they are in. */
const listTemplates = async (folder: string, system: System): Promise<readonly string[]> => {
  const folders = [folder, ...targetNames.map((target) => join(folder, target))];
  const files = await Promise.all(
    folders.map(async (one) => (await system.listFolder(one).catch(() => [])).map((name) => join(one, name))),
  );
  return [...new Set([...folders, ...files.flat()])];
};

const stated = (loaded: LoadedCluster, states: NodeStates): LoadedCluster =>
  loaded.cluster === null ? loaded : { ...loaded, cluster: withStates(loaded.cluster, states) };

const readKept = async (folder: string, system: System): Promise<Memory> => {
  const read = (file: string) => system.readText(file).catch(() => null); // it is the first time, or it can't be had
  return readMemory({ believed: await read(inventoryFile(folder)), lists: await read(sourcesFile(folder)) });
};

const remember = async (folder: string, before: Memory, after: Memory, system: System): Promise<void> => {
  const known = writeMemory(before);
  const { believed, lists } = writeMemory(after);
  try {
    await system.makeFolder(folder);
    if (lists !== known.lists) await system.replaceFile(sourcesFile(folder), lists);
    if (believed !== known.believed) await system.replaceFile(inventoryFile(folder), believed);
  } catch (error) {
    throw understood(error, folder);
  }
};
