import type { Cluster } from '../cluster/cluster.ts';
import { type Finding, finding } from '../cluster/lint/finding.ts';
import { type Diagnostic, inTextOrder } from '../diagnostics/diagnostic.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { type ClusterOptions, loadCluster, placed } from '../load/load-cluster.ts';
import { prepare } from '../load/prepare.ts';
import { readUserFile } from '../load/read-file.ts';
import { askedVersion } from '../load/target-findings.ts';
import type { Platform } from '../platform/platform.ts';
import { systemReason } from '../platform/system-error.ts';
import { loadTarget, type TargetName } from '../targets/registry.ts';

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
  const target = await loadTarget(options.target);
  const asked = options.proxyVersion === undefined ? null : askedVersion(options.proxyVersion, target);
  const loaded = await loadCluster(options, platform);
  const { cluster, configuration, diagnostics } = await prepare(loaded, target, asked, platform);
  const more = placed(unlistedNodes(cluster, options), loaded.locate);
  return { text: configuration.text, diagnostics: inTextOrder([...diagnostics, ...more]) };
};

/** How a published file differs from what the description gives now: a unified diff, or null where it does not. */
export const checkDrift = async (out: string, text: string, platform: Platform): Promise<string | null> => {
  const published = await readUserFile(out, { failure: 'apply' }, platform).catch(nothingWhereMissing);
  if (published === text) return null;
  const { createTwoFilesPatch } = await import('diff');
  return createTwoFilesPatch(out, out, published, text, 'as it is', 'as the description gives it');
};

const nothingWhereMissing = (error: unknown): string => {
  const cause = error instanceof LbError ? error.cause : null;
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
  throw error;
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
                'give what they list with --inventory FILE: `meteor-lb nodes --json` prints one',
              ),
            ]
          : [],
      );
