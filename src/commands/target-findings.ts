import type { Cluster } from '../cluster/cluster.ts';
import { type Finding, finding } from '../cluster/lint/finding.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Target } from '../targets/target.ts';
import { isAtLeast, type Version, versionText } from '../targets/version.ts';

/** The version to write for: the one asked for, else the description's, else the target's assumption. */
export const chooseVersion = (target: Target, cluster: Cluster, asked: Version | null): Version =>
  asked ?? target.version(cluster) ?? target.assumed;

/** Reads `--proxy-version`; throws LbError where it is none. */
export const parseVersion = (text: string): Version => {
  if (/^[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?$/.test(text)) return text.split('.').map(Number);
  throw new LbError('usage', `${JSON.stringify(text)} is not a version`, {
    hint: 'two or three numbers, as in 1.22',
  });
};

/** What a target can't do for a cluster, or does otherwise. */
export const targetFindings = (target: Target, cluster: Cluster, version: Version): readonly Finding[] => {
  if (isAtLeast(version, target.oldest)) return target.limits(cluster, version);
  return [
    finding(
      'error',
      'version-too-old',
      [target.name, 'version'],
      `${target.name} ${versionText(version)} is older than ${versionText(target.oldest)}, the first that is written for`,
    ),
  ];
};
