import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import type { Description } from '../cluster/schema/cluster.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { AppListing } from '../inventory/believe-sources.ts';
import type { Memory } from '../inventory/memory.ts';
import { mustWait } from '../inventory/must-wait.ts';
import { type AppSources, askSources, openSources } from '../inventory/open-sources.ts';
import { type Settled, settleInventory } from '../inventory/settle-inventory.ts';
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
import { targetNames } from '../targets/registry.ts';
import { keepMemory, readKept } from './kept-memory.ts';
import { stateFolder, statesFile } from './state-folder.ts';

export interface ReadOptions {
  readonly cluster?: string | undefined;
  readonly inventory?: string | undefined;
  /** Obeys a list that shrinks, however much. */
  readonly allowShrink?: boolean | undefined;
  /** Whether the proxies are started by who asks, so that they serve nothing before. */
  readonly start?: boolean | undefined;
}

/** What who asks has to do with the reading. */
export interface ReadHooks {
  /** Whether what is believed is written down for the next time, in the state folder; by default it is. */
  readonly remembers?: (folder: string) => Promise<boolean>;
  /** Gets the files of the report as far as they are known, so that they are known of a run that fails, too. */
  readonly noteFiles?: (files: readonly string[]) => void;
  /** Asks the sources; by default each of them, now. */
  readonly ask?: (apps: readonly AppSources[]) => Promise<readonly AppListing[]>;
}

/** How a source fared. */
export interface SourceReport {
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

/** Reads the description and asks its sources; what is believed of them is remembered. Throws LbError as `run` does. */
export const readCluster = async (
  options: ReadOptions,
  nodes: Memory | null,
  system: System,
  {
    ask = (apps) => askSources(apps, system),
    noteFiles = () => {},
    remembers = async () => true,
  }: ReadHooks = {},
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
  const { unknown } = settled;
  const look = { apps: Object.keys(value.apps), remembers: before.size > 0, starts: options.start ?? false };
  if (mustWait({ unknown, ...look })) {
    const why = settled.notices.flatMap(({ kind, message }) => (kind === 'guard' ? [message] : []));
    throw new LbError('inventory', `the nodes of ${unknown.join(', ')} are not known: ${why.join('; ')}`);
  }
  if (await remembers(folder)) await keepMemory(folder, before, settled.memory, system);
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
