import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { type Finding, finding } from '../cluster/lint/finding.ts';
import { lintCluster } from '../cluster/lint/index.ts';
import type { Locate } from '../cluster/read/parse-text.ts';
import { readStructured, type Structured } from '../cluster/read/read-structured.ts';
import { clusterSchema, type Description } from '../cluster/schema/cluster.ts';
import { type Inventory, inventorySchema } from '../cluster/schema/inventory.ts';
import { toCluster } from '../cluster/to-cluster.ts';
import { type Diagnostic, errorsOf, inTextOrder } from '../diagnostics/diagnostic.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Platform } from '../platform/platform.ts';
import { readUserFile } from './read-file.ts';

/** Names that are looked for in the working directory, in this order. */
const DEFAULT_FILES = ['cluster.yaml', 'cluster.yml', 'cluster.json'] as const;

/** Largest description that is read: 20,000 nodes fit easily. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Largest inventory that is read: several sources may list 20,000 nodes each. */
export const MAX_INVENTORY_BYTES = 256 * 1024 * 1024;

export interface ClusterOptions {
  /** The description's file; without it the first of DEFAULT_FILES. */
  readonly cluster?: string | undefined;
  /** A file with the nodes that are listed outside the description; without one the sources are asked. */
  readonly inventory?: string | undefined;
}

/** A description that was read, with all that was found in it. */
export interface LoadedCluster {
  readonly file: string;
  /** null where the description or the inventory has errors that leave nothing to work with. */
  readonly cluster: Cluster | null;
  readonly locate: Locate;
  readonly diagnostics: readonly Diagnostic[];
  /** What to say of it where there are errors. */
  readonly refusal: Refusal;
}

/** Which of the files is not valid. */
export interface Refusal {
  readonly failure: 'invalid' | 'inventory';
  readonly message: string;
}

/** A description that was read, before the nodes that are listed elsewhere join it. */
export interface LoadedDescription extends Structured<Description> {
  readonly file: string;
}

/** Files of which one is the description, whether it is there or not. */
export const descriptionFiles = ({ cluster }: Pick<ClusterOptions, 'cluster'>): readonly string[] =>
  cluster === undefined ? DEFAULT_FILES : [cluster];

/** Reads a description alone; throws LbError where it can't be read at all. */
export const loadDescription = async (
  options: Pick<ClusterOptions, 'cluster'>,
  platform: Platform,
): Promise<LoadedDescription> => {
  const file = options.cluster ?? (await findDescription(platform));
  const text = await readUserFile(file, { failure: 'invalid', maxBytes: MAX_BYTES }, platform);
  return { file, ...readStructured(text, file, clusterSchema) };
};

/** The cluster of a description and the nodes that are listed elsewhere. Pure. */
export const joinInventory = (
  { file, value, locate, diagnostics }: LoadedDescription,
  inventory: Structured<Inventory>,
  inventoryFile?: string | undefined,
): LoadedCluster => {
  const refusal: Refusal = { failure: 'invalid', message: `${file} is not a valid cluster description` };
  if (value === null || inventory.value === null) {
    const found = [...inTextOrder(diagnostics), ...inTextOrder(inventory.diagnostics)];
    const blame: Refusal =
      value === null
        ? refusal
        : { failure: 'inventory', message: `${inventoryFile} is not a valid inventory` };
    return { file, cluster: null, locate, diagnostics: found, refusal: blame };
  }
  const cluster = toCluster(value, inventory.value);
  const found = [
    ...placed(lintCluster(cluster, value), locate),
    ...placed(
      [...unknownApps(cluster, inventory.value), ...unlistedApps(cluster, inventory.value)],
      inventory.locate,
    ),
  ];
  return { file, cluster, locate, diagnostics: found, refusal };
};

/** The cluster, if nothing is wrong with it; throws LbError with the findings otherwise. */
export const expectValid = ({ cluster, diagnostics, refusal }: LoadedCluster): Cluster => {
  if (cluster === null || errorsOf(diagnostics).length > 0) throw refused(refusal, diagnostics);
  return cluster;
};

/** The failure of a description or an inventory with errors. */
export const refused = ({ failure, message }: Refusal, diagnostics: readonly Diagnostic[]): LbError =>
  new LbError(failure, message, { diagnostics });

/** Findings with their places, in the order of the text. */
export const placed = (findings: readonly Finding[], locate: Locate): readonly Diagnostic[] =>
  inTextOrder(findings.map((finding) => ({ ...finding, place: locate(finding.path) })));

/** A path that the description names, relative to where the description is. */
export const besides = (description: string, path: string): string =>
  isAbsolute(path) ? path : join(dirname(description), path);

/** The description's name without its folders, which differ between machines. */
export const sourceName = (file: string): string => basename(file).replaceAll(/[^A-Za-z0-9_. -]/g, '_');

const findDescription = async (platform: Platform): Promise<string> => {
  for (const name of DEFAULT_FILES) {
    if (await platform.exists(join(platform.cwd, name))) return name;
  }
  throw new LbError('usage', `there is no ${DEFAULT_FILES.join(', ')} here`, {
    hint: 'name the cluster description with --cluster FILE',
  });
};

/** Reads a file with the nodes that are listed outside the description; throws LbError where it can't be read at all. */
export const loadInventory = async (file: string, platform: Platform): Promise<Structured<Inventory>> => {
  const text = await readUserFile(file, { failure: 'inventory', maxBytes: MAX_INVENTORY_BYTES }, platform);
  return readStructured(text, file, inventorySchema);
};

/** Their nodes are left out. */
const unknownApps = ({ apps }: Cluster, inventory: Inventory): readonly Finding[] => {
  const known = apps.map(({ id }) => id);
  return Object.keys(inventory.apps)
    .filter((id) => !known.includes(id))
    .map((id) =>
      finding(
        'warning',
        'unknown-app',
        ['apps', id],
        `the description has no app ${id}: its nodes are left out`,
        `apps: ${known.join(', ')}`,
      ),
    );
};

/** Their nodes are listed elsewhere, and an inventory that was written before they were described has none of them. */
const unlistedApps = ({ apps }: Cluster, inventory: Inventory): readonly Finding[] =>
  apps
    .filter(({ id, inventory: sources }) => sources.length > 0 && !Object.hasOwn(inventory.apps, id))
    .map(({ id }) =>
      finding(
        'warning',
        'unlisted-app',
        ['apps'],
        `nothing is listed for app ${id}: it has no nodes but those of the description`,
        'write the file anew: `meteor-lb nodes --json` prints it',
      ),
    );
