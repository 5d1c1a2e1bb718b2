import type { Registry } from 'prom-client';
import { NODE_STATES, sinceSuccess, type WatchStatus } from './status-model.ts';

/** How a run for one proxy ended: as publishing it did, or failed before. */
const OUTCOMES = [
  'none',
  'written',
  'servers',
  'reload',
  'waiting',
  'splayed',
  'stopped',
  'locked',
  'refused',
  'restored',
  'failed',
] as const;
type Outcome = (typeof OUTCOMES)[number];

export interface Metrics {
  /** Counts a run and the time it took. */
  run(target: string, outcome: Outcome, seconds: number): void;
  /** Counts a failure of a source. */
  sourceFailed(name: string): void;
  /** All metrics in Prometheus' text format. */
  text(status: WatchStatus, now: number): Promise<string>;
  /** What `text` is in. */
  readonly contentType: string;
}

/** Metrics of a watch, in a registry of their own. */
export const createMetrics = async (): Promise<Metrics> => {
  const { Counter, Histogram, Registry } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  const runs = new Counter({
    name: 'meteor_lb_runs_total',
    help: 'Runs that compared a proxy with the cluster, by what they did.',
    labelNames: ['target', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'meteor_lb_run_seconds',
    help: 'Time that runs took.',
    labelNames: ['target', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const failures = new Counter({
    name: 'meteor_lb_source_failures_total',
    help: 'Times that a source of nodes could not be read.',
    labelNames: ['source'],
    registers,
  });
  const setGauges = await createGauges(registry);

  return {
    contentType: registry.contentType,
    run: (target, outcome, took) => {
      runs.inc({ target, outcome });
      seconds.observe({ target, outcome }, took);
    },
    sourceFailed: (source) => failures.inc({ source }),
    text: (status, now) => {
      setGauges(status, now);
      // A counter that is there before it counts is one whose first increase can be seen.
      for (const { target } of status.outputs) {
        for (const outcome of OUTCOMES) runs.inc({ target, outcome }, 0);
      }
      for (const { name } of status.sources) failures.inc({ source: name }, 0);
      return registry.metrics();
    },
  };
};

/** The gauges say what is so when they are asked, so nothing stays of what is gone. */
const createGauges = async (registry: Registry): Promise<(status: WatchStatus, now: number) => void> => {
  const { Gauge } = await import('prom-client');
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const generation = gauge('meteor_lb_generation_info', 'Generation that is in force.', [
    'target',
    'generation',
  ]);
  const oldWorkers = gauge('meteor_lb_old_workers', 'Old workers that still serve sockets.', ['target']);
  const age = gauge('meteor_lb_last_success_age_seconds', 'Time since a run last succeeded.', ['target']);
  const nodes = gauge('meteor_lb_nodes', 'Nodes of an app, by state.', ['app', 'state']);
  const guard = gauge('meteor_lb_guard', '1 where a drop of the nodes was refused.', ['app']);

  return (status, now) => {
    for (const each of [generation, oldWorkers, age, nodes, guard]) each.reset();
    for (const output of status.outputs) {
      const { target } = output;
      if (output.generation !== null) generation.set({ target, generation: output.generation }, 1);
      oldWorkers.set({ target }, output.oldWorkers);
      const seconds = sinceSuccess(output, now);
      if (seconds !== null) age.set({ target }, seconds);
    }
    for (const { app, nodes: counts } of status.apps) {
      for (const state of NODE_STATES) nodes.set({ app, state }, counts[state]);
      guard.set({ app }, 0);
    }
    for (const { app } of status.guards) guard.set({ app }, 1);
  };
};
