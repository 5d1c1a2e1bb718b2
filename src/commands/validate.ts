import type { Cluster } from '../cluster/cluster.ts';
import { missingFile, namedFiles } from '../cluster/lint/files.ts';
import type { Finding } from '../cluster/lint/finding.ts';
import { type Diagnostic, errorsOf, inTextOrder } from '../diagnostics/diagnostic.ts';
import { loadCluster } from '../inventory/load-cluster-once.ts';
import { type ClusterOptions, placed, type Refusal } from '../load/load-cluster.ts';
import { loadSecrets } from '../load/load-secrets.ts';
import { chooseVersion, targetFindings } from '../load/target-findings.ts';
import type { Platform } from '../platform/platform.ts';
import type { System } from '../platform/system.ts';
import { loadTarget, type TargetName, targetNames } from '../targets/registry.ts';

export interface ValidateOptions extends ClusterOptions {
  /** Whose limits are told; all by default. */
  readonly target?: TargetName | undefined;
}

export interface Validation {
  readonly file: string;
  readonly valid: boolean;
  /** What is not valid; null where all is. */
  readonly refusal: Refusal | null;
  readonly diagnostics: readonly Diagnostic[];
  /** One line for people: what the description holds; null where it can't be read. */
  readonly summary: string | null;
}

/** Everything that can be found in a description. Throws LbError where a file can't be read. */
export const validate = async (options: ValidateOptions, system: System): Promise<Validation> => {
  const { file, cluster, locate, diagnostics, refusal, origins } = await loadCluster(options, system);
  if (cluster === null) return { file, valid: false, refusal, diagnostics, summary: null };
  const more = [
    ...(await loadSecrets(file, cluster, system)).findings,
    ...(await missingFiles(cluster, system)),
    ...(await limits(cluster, options.target)),
  ];
  const all = inTextOrder([...diagnostics, ...placed(more, locate)]);
  const valid = errorsOf(all).length === 0;
  return {
    file,
    valid,
    refusal: valid ? null : refusal,
    diagnostics: all,
    summary: summarize(cluster, origins),
  };
};

const missingFiles = async (cluster: Cluster, platform: Platform): Promise<readonly Finding[]> => {
  const checked = await Promise.all(
    namedFiles(cluster).map(async (named) =>
      (await platform.exists(named.file)) ? [] : [missingFile(named)],
    ),
  );
  return checked.flat();
};

const limits = async (cluster: Cluster, only: TargetName | undefined): Promise<readonly Finding[]> => {
  const targets = await Promise.all((only === undefined ? targetNames : [only]).map(loadTarget));
  return targets.flatMap((target) => targetFindings(target, cluster, chooseVersion(target, cluster, null)));
};

/** `1 app, 5 nodes: 2 of the description, 3 of etcd /todos/` */
const summarize = ({ apps }: Cluster, origins: ReadonlyMap<string, number>): string => {
  const nodes = apps.reduce((sum, app) => sum + app.nodes.length, 0);
  const listed = [...origins.values()].reduce((sum, number) => sum + number, 0);
  const whence = [...origins].map(([source, number]) => `${number} of ${source}`);
  const own = nodes - listed > 0 ? [`${nodes - listed} of the description`] : [];
  const all = `${count(apps.length, 'app')}, ${count(nodes, 'node')}`;
  return whence.length === 0 ? all : `${all}: ${[...own, ...whence].join(', ')}`;
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
