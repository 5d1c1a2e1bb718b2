import type { Cluster } from '../cluster/cluster.ts';
import { type Finding, finding } from '../cluster/lint/finding.ts';
import { type Diagnostic, errorsOf, inTextOrder } from '../diagnostics/diagnostic.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Platform } from '../platform/platform.ts';
import { systemReason } from '../platform/system-error.ts';
import { loadTemplates } from '../render/load-templates.ts';
import { renderCluster } from '../render/render.ts';
import { loadTarget, type TargetName } from '../targets/registry.ts';
import {
  besides,
  type ClusterOptions,
  expectValid,
  invalid,
  loadCluster,
  loadSecrets,
  placed,
  sourceName,
} from './load-cluster.ts';
import { chooseVersion, parseVersion, targetFindings } from './target-findings.ts';

export interface RenderCommandOptions extends ClusterOptions {
  readonly target: TargetName;
  /** Version of the proxy to write for, `1.22`; over what the description says. */
  readonly proxyVersion?: string | undefined;
}

export interface Rendered {
  readonly text: string;
  /** Warnings and infos; there are no errors among them. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The configuration of a description for a target. Depends on the files and options alone. Throws LbError: `invalid`
 * with all findings, `inventory`, or `render`.
 */
export const renderFile = async (options: RenderCommandOptions, platform: Platform): Promise<Rendered> => {
  const asked = options.proxyVersion === undefined ? null : parseVersion(options.proxyVersion);
  const loaded = await loadCluster(options, platform);
  const { file, locate } = loaded;
  const cluster = expectValid(loaded);
  const target = await loadTarget(options.target);
  const version = chooseVersion(target, cluster, asked);
  const findings = [...targetFindings(target, cluster, version), ...unlistedNodes(cluster, options)];
  const diagnostics = inTextOrder([...loaded.diagnostics, ...placed(findings, locate)]);
  if (errorsOf(diagnostics).length > 0) throw invalid(file, diagnostics);

  const own = cluster.templates === null ? null : besides(file, cluster.templates);
  const [templates, secrets] = await Promise.all([
    loadTemplates(target.templates, own, platform),
    loadSecrets(file, cluster, platform),
  ]);
  return {
    text: renderCluster(cluster, target, { source: sourceName(file), version, templates, secrets }),
    diagnostics,
  };
};

/** How a published file differs from what the description gives now: a unified diff, or null where it does not. */
export const checkDrift = async (out: string, text: string, platform: Platform): Promise<string | null> => {
  const published = await platform.readText(out).catch((error: unknown) => {
    const reason = systemReason(error);
    if (reason === null) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new LbError('apply', `${out} can not be read: ${reason}`, { cause: error });
  });
  if (published === text) return null;
  const { createTwoFilesPatch } = await import('diff');
  return createTwoFilesPatch(out, out, published, text, 'as it is', 'as the description gives it');
};

/** Writes a file, whole or not at all; throws LbError with the reason. */
export const writeOutput = async (out: string, text: string, platform: Platform): Promise<void> => {
  try {
    await platform.replaceFile(out, text);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw new LbError('apply', `${out} can not be written: ${reason}`, { cause: error });
  }
};

/** Sources are asked by nobody here: what they list comes in a file. */
const unlistedNodes = ({ apps }: Cluster, { inventory }: ClusterOptions): readonly Finding[] =>
  inventory !== undefined
    ? []
    : apps.flatMap(({ id, inventory: sources }) =>
        sources.length > 0
          ? [
              finding(
                'warning',
                'inventory-not-asked',
                ['apps', id, 'inventory'],
                `the nodes that sources of ${id} list are not in this configuration: render asks no source`,
                'give what they list with --inventory FILE',
              ),
            ]
          : [],
      );
