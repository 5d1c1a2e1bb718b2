import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { loadCluster } from '../inventory/load-cluster-once.ts';
import type { ClusterOptions } from '../load/load-cluster.ts';
import { prepare } from '../load/prepare.ts';
import { isMissing, readUserFile } from '../load/read-file.ts';
import { askedVersion } from '../load/target-findings.ts';
import type { Platform } from '../platform/platform.ts';
import type { System } from '../platform/system.ts';
import { systemReason } from '../platform/system-error.ts';
import { replaceConfiguration, tellKept } from '../publish/replace-configuration.ts';
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
 * The configuration of a description for a target. Depends on the files, the options and what the sources answer, which are not asked where
 * an inventory is given. Throws LbError: `invalid` with all findings, `inventory`, or `render`.
 */
export const renderFile = async (options: RenderCommandOptions, system: System): Promise<Rendered> => {
  const target = await loadTarget(options.target);
  const asked = options.proxyVersion === undefined ? null : askedVersion(options.proxyVersion, target);
  const loaded = await loadCluster(options, system);
  const { configuration, diagnostics } = await prepare(loaded, target, asked, system);
  return { text: configuration.text, diagnostics };
};

/** How a published file differs from what the description gives now: a unified diff, or null where it does not. */
export const checkDrift = async (out: string, text: string, platform: Platform): Promise<string | null> => {
  const published = await readUserFile(out, { failure: 'apply' }, platform).catch(nothingWhereMissing);
  if (published === text) return null;
  const { createTwoFilesPatch } = await import('diff');
  return createTwoFilesPatch(out, out, published, text, 'as it is', 'as the description gives it');
};

const nothingWhereMissing = (error: unknown): string => {
  if (isMissing(error)) return '';
  throw error;
};

/** Writes a file, whole or not at all; what there is to tell of what it held, or null. Throws LbError with the reason. */
export const writeOutput = async (out: string, text: string, platform: Platform): Promise<string | null> => {
  try {
    const copy = await replaceConfiguration(out, text, platform);
    return copy === null ? null : tellKept(out, copy);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw new LbError('apply', `${out} can not be written: ${reason}`, { cause: error });
  }
};
