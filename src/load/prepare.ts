import type { Cluster } from '../cluster/cluster.ts';
import { type Diagnostic, errorsOf, inTextOrder } from '../diagnostics/diagnostic.ts';
import type { Platform } from '../platform/platform.ts';
import { loadTemplates } from '../render/load-templates.ts';
import { type Configuration, renderCluster } from '../render/render.ts';
import type { Target } from '../targets/target.ts';
import type { Version } from '../targets/version.ts';
import { besides, expectValid, type LoadedCluster, placed, refused, sourceName } from './load-cluster.ts';
import { loadSecrets } from './load-secrets.ts';
import { chooseVersion, targetFindings } from './target-findings.ts';

/** A configuration for a target, ready to be printed or published. */
export interface Prepared {
  readonly cluster: Cluster;
  readonly version: Version;
  readonly configuration: Configuration;
  /** Warnings and infos; there are no errors among them. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The configuration of a description for a target, in the version that was asked for or that the description names.
 * Throws LbError: `invalid` or `inventory` with all findings, or `render`.
 */
export const prepare = async (
  loaded: LoadedCluster,
  target: Target,
  asked: Version | null,
  platform: Platform,
): Promise<Prepared> => {
  const { file, locate } = loaded;
  const cluster = expectValid(loaded);
  const version = chooseVersion(target, cluster, asked);
  const { secrets, findings } = await loadSecrets(file, cluster, platform);
  const more = placed([...findings, ...targetFindings(target, cluster, version)], locate);
  const diagnostics = inTextOrder([...loaded.diagnostics, ...more]);
  if (errorsOf(diagnostics).length > 0) throw refused(loaded.refusal, diagnostics);

  const own = cluster.templates === null ? null : besides(file, cluster.templates);
  const templates = await loadTemplates(target.templates, own, platform);
  const inputs = { source: sourceName(file), version, templates, secrets };
  return { cluster, version, configuration: renderCluster(cluster, target, inputs), diagnostics };
};
