import type { Cluster, ClusterNode } from '../../cluster/cluster.ts';
import type { LbError } from '../../diagnostics/lb-error.ts';
import type { Notice } from '../../inventory/notices.ts';
import { describeReport } from '../../reconcile/describe-report.ts';
import type { OutputReport } from '../../reconcile/publish-output.ts';
import { withFirstError } from '../log/diagnostic-line.ts';
import type { NodeCounts, OutputStatus, WatchStatus } from './status-model.ts';

/** What the status of a watch is made of. */
export interface Known {
  readonly cluster: Cluster | null;
  readonly outputs: readonly OutputReport[];
  readonly notices: readonly Notice[];
  /** Why the last run came to nothing at all; null where it did not. */
  readonly failure: LbError | null;
  readonly lastSuccess: ReadonlyMap<string, number>;
  readonly generations: ReadonlyMap<string, string>;
  readonly lastChanges: ReadonlyMap<string, string>;
  readonly oldWorkers: ReadonlyMap<string, number>;
  readonly sources: WatchStatus['sources'];
}

/** The status of a watch. Pure. */
export const toStatus = (known: Known): WatchStatus => ({
  outputs: known.outputs.map((output) => outputStatus(output, known)),
  apps: (clusterOf(known)?.apps ?? []).map(({ id, nodes }) => ({ app: id, nodes: countStates(nodes) })),
  guards: [
    ...(known.failure === null
      ? []
      : [{ app: '', reason: withFirstError(known.failure.message, known.failure.diagnostics) }]),
    ...known.notices
      .filter(({ kind }) => kind === 'guard')
      .map(({ app, message }) => ({ app, reason: message })),
  ],
  sources: known.sources,
});

/** With the states that nodes were given by command or by their checks, as far as an output has come. */
const clusterOf = ({ outputs, cluster }: Known): Cluster | null =>
  outputs.find(({ prepared }) => prepared !== null)?.prepared?.cluster ?? cluster;

const outputStatus = (output: OutputReport, known: Known): OutputStatus => {
  const { target, file, result, prepared } = output;
  const state = STATES[result.outcome];
  return {
    target,
    file,
    generation: known.generations.get(target) ?? null,
    state,
    problem: state === 'ok' ? null : problemOf(output),
    lastSuccessMs: known.lastSuccess.get(target) ?? null,
    lastChange: known.lastChanges.get(target) ?? null,
    oldWorkers: known.oldWorkers.get(target) ?? 0,
    nodes: countStates(prepared?.cluster.apps.flatMap(({ nodes }) => nodes) ?? []),
  };
};

const problemOf = (output: OutputReport): string => {
  const { result, diagnostics } = output;
  const failed = result.outcome === 'failed' ? result.error.diagnostics : [];
  return withFirstError(describeReport(output).message, [...diagnostics, ...failed]);
};

/** Numbers of nodes by state. */
const countStates = (nodes: readonly Pick<ClusterNode, 'state'>[]): NodeCounts => {
  const count = (wanted: ClusterNode['state']) => nodes.filter(({ state }) => state === wanted).length;
  return { ready: count('ready'), drain: count('drain'), down: count('down') };
};

const STATES = {
  none: 'ok',
  written: 'ok',
  servers: 'ok',
  reload: 'ok',
  waiting: 'waiting',
  splayed: 'waiting',
  stopped: 'failing',
  refused: 'failing',
  restored: 'failing',
  locked: 'failing',
  failed: 'failing',
} as const satisfies Record<OutputReport['result']['outcome'], OutputStatus['state']>;
