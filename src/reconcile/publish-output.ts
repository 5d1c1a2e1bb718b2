import { dirname } from 'node:path';
import type { Controller } from '../control/controller.ts';
import { createController } from '../control/registry.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { LoadedCluster } from '../load/load-cluster.ts';
import { type Prepared, prepare } from '../load/prepare.ts';
import { isMissing } from '../load/read-file.ts';
import { askedVersion } from '../load/target-findings.ts';
import type { Lock, System } from '../platform/system.ts';
import { systemReason } from '../platform/system-error.ts';
import { publish, type Result } from '../publish/publish.ts';
import { tellKept } from '../publish/replace-configuration.ts';
import { stateFiles } from '../publish/state-files.ts';
import { blameWords } from '../targets/blame.ts';
import { loadTarget, type TargetName } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import { isAtLeast, versionText } from '../targets/version.ts';

/** Locks that this process has, by file. */
export type Locks = Map<string, Lock>;

/** One output of a run. */
export interface OutputOrder {
  readonly target: TargetName;
  readonly file: string;
  readonly proxyVersion?: string | undefined;
  readonly reload: boolean;
  readonly folder: string;
  readonly locks: Locks;
  readonly reloadWaitMs?: (() => number) | undefined;
}

export interface OutputReport {
  readonly target: TargetName;
  readonly file: string;
  readonly result:
    | Result
    /** Another meteor-lb keeps this file. */
    | { readonly outcome: 'locked'; readonly pid: number }
    /** Something failed before the proxy was asked, or the system did; what was served is served. */
    | { readonly outcome: 'failed'; readonly error: LbError };
  /** What is wrong, with its place in the description; and what is worth a warning. */
  readonly diagnostics: readonly Diagnostic[];
  /** What was to be published, and who deals with the proxy; null where it did not come so far. */
  readonly prepared: Prepared | null;
  readonly controller: Controller | null;
  readonly ms: number;
}

/** Brings one output to what a cluster says. Never throws for what the user or the system can mend. */
export const publishOutput = async (
  order: OutputOrder,
  loaded: LoadedCluster,
  system: System,
): Promise<OutputReport> => {
  const started = system.now();
  const kept: Diagnostic[] = [];
  const report = (rest: Pick<OutputReport, 'result'> & Partial<OutputReport>): OutputReport => ({
    target: order.target,
    file: order.file,
    prepared: null,
    controller: null,
    ...rest,
    diagnostics: [...kept, ...(rest.diagnostics ?? [])],
    ms: system.now() - started,
  });
  const heldBy = await takeLock(order, system);
  if (heldBy !== null) return report({ result: { outcome: 'locked', pid: heldBy } });
  try {
    const target = await loadTarget(order.target);
    const asked = order.proxyVersion === undefined ? null : askedVersion(order.proxyVersion, target);
    const prepared = await prepare(loaded, target, asked, system);
    const { cluster, configuration } = prepared;
    const settings = {
      file: order.file,
      stateDir: order.folder,
      plan: configuration.plan,
      version: prepared.version,
    };
    const controller = await createController(order.target, cluster, settings, system);
    const disagreement = compareVersions(target, prepared, controller); // takes a process: meanwhile the rest goes on
    const result = await publish(
      {
        wanted: configuration,
        file: order.file,
        state: stateFiles(order.folder, order.target),
        controller,
        runtime: target.runtimeRule(prepared.version),
        reload: order.reload,
        onKept: (copy) => kept.push(keptOriginal(order.file, copy)),
        oldWorkers: cluster.watch.oldWorkers,
        reloadWaitMs: order.reloadWaitMs,
      },
      system,
    );
    const diagnostics = [
      ...prepared.diagnostics,
      ...(await disagreement),
      ...explain(result, target, prepared, loaded),
    ];
    return report({ result, diagnostics, prepared, controller });
  } catch (error) {
    return report({ result: { outcome: 'failed', error: understood(error, order.file) } });
  }
};

const keptOriginal = (file: string, copy: string): Diagnostic => ({
  severity: 'warning',
  code: 'kept-original',
  message: tellKept(file, copy),
  hint: null,
  path: [],
  place: null,
});

const takeLock = async ({ file, locks }: OutputOrder, system: System): Promise<number | null> => {
  if (locks.has(file)) return null;
  const lock = await system.lock(file);
  if ('heldBy' in lock) return lock.heldBy;
  locks.set(file, lock);
  return null;
};

/** The system's errors as what a user can act on. Throws every other. */
export const understood = (error: unknown, file: string): LbError => {
  if (error instanceof LbError) return error;
  const reason = systemReason(error);
  if (reason === null) throw error;
  const path = error instanceof Error && 'path' in error ? String(error.path) : file;
  const hint = isMissing(error) ? { hint: `create its folder with mkdir -p ${dirname(path)}` } : {};
  return new LbError('apply', `${path}: ${reason}`, { ...hint, cause: error });
};

/** The proxy's own words, each with the place in the description that led to it. */
const explain = (
  result: Result,
  target: Target,
  { cluster, configuration }: Prepared,
  { locate }: LoadedCluster,
): readonly Diagnostic[] => {
  if (result.outcome !== 'refused' && result.outcome !== 'restored') return [];
  const { output } = result;
  const explained = target.explain({ output, text: configuration.text, cluster });
  const told =
    explained.length > 0
      ? explained
      : linesOf(output).map((line) => ({ message: line, path: blameWords(line, cluster) }));
  return told.map(({ message, path }) => ({
    severity: 'error' as const,
    code: 'proxy-refused',
    message: `${target.name}: ${message}`,
    hint: null,
    path,
    place: path.length > 0 ? locate(path) : null,
  }));
};

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');

const compareVersions = async (
  target: Target,
  { cluster, version }: Prepared,
  controller: Controller,
): Promise<readonly Diagnostic[]> => {
  const installed = await controller.version();
  if (installed === null) return [];
  const here = `${target.name} is ${versionText(installed)} here`;
  const diagnostic = (severity: 'warning' | 'info', message: string, hint: string): Diagnostic => ({
    severity,
    code: 'version-differs',
    message,
    hint,
    path: [target.name, 'version'],
    place: null,
  });
  const major = installed.slice(0, 2).map(String).join('.');
  if (!isAtLeast(installed, version.slice(0, 2))) {
    return [
      diagnostic(
        'warning',
        `${here}, and the configuration is written for ${versionText(version)}`,
        `set ${target.name}.version: "${major}"`,
      ),
    ];
  }
  if (target.version(cluster) !== null || isAtLeast(version, installed.slice(0, 2))) return [];
  return [
    diagnostic(
      'info',
      `${here}, and the configuration is written for ${versionText(version)}, which any later one takes`,
      `${target.name}.version: "${major}" makes use of what it can do`,
    ),
  ];
};
