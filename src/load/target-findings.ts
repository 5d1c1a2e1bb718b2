import type { Cluster } from '../cluster/cluster.ts';
import { type Finding, finding } from '../cluster/lint/finding.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Target } from '../targets/target.ts';
import { isAtLeast, type Version, versionText } from '../targets/version.ts';

/** The version to write for: the one asked for, else the description's, else the target's assumption. */
export const chooseVersion = (target: Target, cluster: Cluster, asked: Version | null): Version =>
  asked ?? target.version(cluster) ?? target.assumed;

/** Reads `--proxy-version`; throws LbError where it is none that the target is written for. */
export const askedVersion = (text: string, target: Target): Version => {
  if (!/^[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?$/.test(text)) {
    throw new LbError('usage', `--proxy-version ${JSON.stringify(text)} is not a version`, {
      hint: 'two or three numbers, as in 1.22',
    });
  }
  const version = text.split('.').map(Number);
  if (!isAtLeast(version, target.oldest))
    throw new LbError('usage', `--proxy-version: ${tooOld(target, version)}`);
  return version;
};

/** What a target can't do for a cluster, or does otherwise. */
export const targetFindings = (target: Target, cluster: Cluster, version: Version): readonly Finding[] => {
  if (isAtLeast(version, target.oldest)) return target.limits(cluster, version);
  return [finding('error', 'version-too-old', [target.name, 'version'], tooOld(target, version))];
};

const tooOld = ({ name, oldest }: Target, version: Version): string =>
  `${name} ${versionText(version)} is too old: meteor-lb writes for ${versionText(oldest)} and later`;
