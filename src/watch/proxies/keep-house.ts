import type { Controller } from '../../control/controller.ts';
import type { System } from '../../platform/system.ts';
import type { OutputReport } from '../../reconcile/publish-output.ts';
import type { Configuration } from '../../render/render.ts';
import { closeDue, closingsNow, noteWorkers, type OldWorkers } from './old-workers.ts';

/** What goes on between runs, for one output. */
export interface House {
  readonly workers: OldWorkers;
  /** Servers that wait for their last sessions; null: not looked at since the last change. */
  readonly leaving: number | null;
  /** When the proxy was last compared with what it should be. */
  readonly comparedAt: number;
}

export const EMPTY_HOUSE: House = { workers: new Map(), leaving: null, comparedAt: 0 };

export interface HouseRules {
  readonly everyMs: number;
  readonly oldWorkers: number;
  readonly timeMs: number;
  readonly trickleMs: number;
  readonly compareMs: number;
}

/** How the house is after it was kept, and why a run is due; null: none is. */
export interface Kept {
  readonly house: House;
  readonly due: string | null;
}

/**
 * What is to be done between runs: servers that nobody uses any more are deleted, sockets of old workers whose time is
 * over are closed, and it is seen whether the proxy still runs what was published.
 */
export const keepHouse = async (
  before: House,
  { result, prepared, controller }: OutputReport,
  rules: HouseRules,
  system: Pick<System, 'now'>,
): Promise<Kept> => {
  if (controller === null || prepared === null) return { house: before, due: null };
  const { configuration } = prepared;
  const now = system.now();
  const pids = (await controller.oldWorkers()).map(({ pid }) => pid);
  const noted = noteWorkers(before.workers, pids, now);
  const closings = closingsNow(noted, rules, now, { ...rules, oneByOne: controller.closesOneByOne });
  const workers = await closeDue(noted, closings, controller);
  const leaving =
    controller.servers === null || before.leaving === 0
      ? before.leaving
      : await controller.servers.sweep(configuration.plan);
  const house = { ...before, workers, leaving };
  if (result.outcome === 'waiting') {
    const sets = Math.ceil(workers.size / (await controller.workersAtOnce()));
    return { house, due: sets < rules.oldWorkers ? 'fewer old workers serve sockets' : null };
  }
  if (now - before.comparedAt < (result.outcome === 'stopped' ? 0 : rules.compareMs))
    return { house, due: null };
  return {
    house: { ...house, comparedAt: now },
    due: await compare(result.outcome, configuration, controller),
  };
};

const compare = async (
  outcome: OutputReport['result']['outcome'],
  { generation, plan }: Configuration,
  controller: Controller,
): Promise<string | null> => {
  const running = await controller.observe();
  if (outcome === 'stopped') return running.state === 'running' ? 'the proxy runs again' : null;
  if (outcome !== 'none' && outcome !== 'servers' && outcome !== 'reload' && outcome !== 'written')
    return null;
  if (running.state === 'stopped') return 'the proxy does not run any more';
  if (running.generation !== null && running.generation !== generation)
    return 'the proxy runs another configuration';
  const inStep = controller.servers === null ? null : await controller.servers.inStep(plan);
  return inStep === false ? 'the proxy has other servers than it should' : null;
};
