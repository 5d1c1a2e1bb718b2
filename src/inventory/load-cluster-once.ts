import { type Finding, finding } from '../cluster/lint/finding.ts';
import type { Inventory } from '../cluster/schema/inventory.ts';
import { errorsOf, inTextOrder } from '../diagnostics/diagnostic.ts';
import {
  besides,
  type ClusterOptions,
  joinInventory,
  type LoadedCluster,
  type LoadedDescription,
  loadDescription,
  loadInventory,
  placed,
} from '../load/load-cluster.ts';
import type { System } from '../platform/system.ts';
import type { AppListing } from './believe-sources.ts';
import type { Notice } from './notices.ts';
import { type AppSources, askSources, openSources } from './open-sources.ts';
import { settleInventory } from './settle-inventory.ts';

/** A cluster with all its nodes, and how many of them came from where. */
export interface ListedCluster extends LoadedCluster {
  /** Nodes by source, or by inventory file; those that the description itself has are not among them. */
  readonly origins: ReadonlyMap<string, number>;
}

/**
 * Reads a description with the nodes of an inventory file or, without one, those that its sources list now, each asked once; finds all
 * that is wrong with them. Depends on the files and the answers alone: nothing is remembered, and a source that can't be had is an
 * error. Throws LbError where a file can't be read at all.
 */
export const loadCluster = async (options: ClusterOptions, system: System): Promise<ListedCluster> => {
  const description = await loadDescription(options, system);
  if (options.inventory !== undefined) {
    const inventory = await loadInventory(options.inventory, system);
    const loaded = joinInventory(description, inventory, options.inventory);
    const listed = (loaded.cluster?.apps ?? []).flatMap(({ nodes }) =>
      nodes.filter(({ path }) => path === null),
    );
    return { ...loaded, origins: new Map([[`file ${options.inventory}`, listed.length]]) };
  }
  return joinListed(description, system);
};

const joinListed = async (description: LoadedDescription, system: System): Promise<ListedCluster> => {
  const { file, value, locate } = description;
  const apps = value === null ? [] : openSources(value, undefined, (path) => besides(file, path));
  const asked = await askSources(apps, system);
  const { inventory, notices } = settleInventory(new Map(), asked, { maxShrink: 1, holdMs: 1, now: 0 });
  const loaded = joinInventory(description, { value: inventory, locate, diagnostics: [] });
  const failed = apps.flatMap((app, at) => failuresOf(app, asked[at]));
  const more = placed([...failed, ...notices.flatMap(leftOut)], locate);
  const isUnknown = ({ listings }: AppListing): boolean => listings.some(({ entries }) => entries === null);
  const unknown = asked.filter(isUnknown).map(({ app }) => app);
  const isAtFault = failed.length > 0 && errorsOf(loaded.diagnostics).length === 0;
  return {
    ...loaded,
    diagnostics: inTextOrder([...loaded.diagnostics, ...more]),
    refusal: isAtFault
      ? { failure: 'inventory', message: `the nodes of ${unknown.join(', ')} are not known` }
      : loaded.refusal,
    origins: originsOf(apps, inventory),
  };
};

const originsOf = (apps: readonly AppSources[], inventory: Inventory): ReadonlyMap<string, number> => {
  const origins = new Map(
    apps.flatMap(({ sources }) => sources.map(({ name }) => [name, 0] as [string, number])),
  );
  for (const entry of Object.values(inventory.apps).flat()) {
    const source = 'source' in entry ? (entry.source ?? '') : '';
    origins.set(source, (origins.get(source) ?? 0) + 1);
  }
  return origins;
};

/** Sources that could not be had, each at its place in the description. */
const failuresOf = ({ app, sources }: AppSources, asked: AppListing | undefined): readonly Finding[] =>
  sources.flatMap(({ name, index }, at) => {
    const { entries, problems } = asked?.listings[at] ?? { entries: null, problems: [] };
    if (entries !== null) return [];
    const reason = problems.map(({ message }) => message).join('; ');
    const own = problems.flatMap(({ hint }) => (hint === null ? [] : [hint]));
    const hint = own.length === 0 ? HINT : own.join('; ');
    const path = index === null ? ['apps', app] : ['apps', app, 'inventory', index];
    return [finding('error', 'source-unreadable', path, `${name} can not be had: ${reason}`, hint)];
  });

const HINT =
  'give what the sources list with --inventory FILE: `meteor-lb nodes --json` prints it where they can be had';

const leftOut = ({ kind, app, message }: Notice): readonly Finding[] =>
  kind === 'left-out' ? [finding('warning', 'left-out', ['apps', app, 'inventory'], message)] : [];
