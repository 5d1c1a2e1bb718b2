import type { Cluster } from '../cluster/cluster.ts';
import { missingFile, namedFiles } from '../cluster/lint/files.ts';
import type { Finding } from '../cluster/lint/finding.ts';
import { type Diagnostic, errorsOf, inTextOrder } from '../diagnostics/diagnostic.ts';
import { type ClusterOptions, loadCluster, placed, type Refusal } from '../load/load-cluster.ts';
import { loadSecrets } from '../load/load-secrets.ts';
import { chooseVersion, targetFindings } from '../load/target-findings.ts';
import type { Platform } from '../platform/platform.ts';
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
export const validate = async (options: ValidateOptions, platform: Platform): Promise<Validation> => {
  const { file, cluster, locate, diagnostics, refusal } = await loadCluster(options, platform);
  if (cluster === null) return { file, valid: false, refusal, diagnostics, summary: null };
  const more = [
    ...(await loadSecrets(file, cluster, platform)).findings,
    ...(await missingFiles(cluster, platform)),
    ...(await limits(cluster, options.target)),
  ];
  const all = inTextOrder([...diagnostics, ...placed(more, locate)]);
  const valid = errorsOf(all).length === 0;
  return { file, valid, refusal: valid ? null : refusal, diagnostics: all, summary: summarize(cluster) };
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

const summarize = ({ apps }: Cluster): string => {
  const nodes = apps.reduce((sum, app) => sum + app.nodes.length, 0);
  const sources = apps.reduce((sum, app) => sum + app.inventory.length, 0);
  return [
    count(apps.length, 'app'),
    count(nodes, 'node'),
    ...(sources > 0 ? [count(sources, 'inventory source')] : []),
  ].join(', ');
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
