import { LbError } from '../diagnostics/lb-error.ts';
import type { System } from '../platform/system.ts';
import type { Locks } from '../reconcile/publish-output.ts';
import { type RunMemory, type RunReport, run } from '../reconcile/run.ts';
import { watchFiles } from './files/watch-files.ts';
import type { Follower, FollowOptions } from './follower.ts';
import { createNodeChecks } from './health/node-checks.ts';
import type { Log } from './log/log.ts';
import { createRunTeller } from './log/tell-run.ts';
import { createChildren } from './proxies/children.ts';
import { keepHouses } from './proxies/keep-houses.ts';
import { createLedger, isRetried } from './proxies/ledger.ts';
import { keepSources } from './sources/keep-sources.ts';
import type { Metrics } from './status/metrics.ts';
import { toStatus } from './status/to-status.ts';
import { createAlarm } from './time/alarm.ts';
import { createDeferred } from './time/deferred.ts';
import { createExclusive } from './time/exclusive.ts';
import { createRetry } from './time/retry.ts';
import { createSettler } from './time/settle.ts';
import { createSplay } from './time/splay.ts';

interface Surroundings {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called when a run is over, after which the status may be another. */
  readonly onRun: () => void;
}

const SILENCE_MS = 60_000;
const DEFAULT_POLL_MS = 10_000;

/** The first of several times; null for none. */
const soonest = (...times: readonly (number | null)[]): number | null => {
  const known = times.filter((ms) => ms !== null);
  return known.length === 0 ? null : Math.min(...known);
};

/** Follows a description and the lists of nodes, for ever: each change leads to a run. */
export const follow = (
  options: FollowOptions,
  system: System,
  { log, metrics, onRun }: Surroundings,
): Follower => {
  const tell = createRunTeller(log);
  const ledger = createLedger();
  const exclusive = createExclusive(); // runs and housekeeping speak with the same proxies
  const first = createDeferred<void>();
  const broken = createDeferred<LbError>();
  const locks: Locks = new Map();
  let nodes: RunMemory['nodes'] = null;
  let report: RunReport | null = null;
  let failure: LbError | null = null;
  let beat = system.now();
  let watched = '';

  const bug = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error(`this is a bug in meteor-lb, please report it: ${text}`);
    retry.muchLater();
  };
  const settling = { settleMs: 200, ceilingMs: 2000, onError: bug };
  const settler = createSettler(settling, () => exclusive(runOnce), system);
  const retry = createRetry(settler.notify, system);
  const release = createAlarm(settler.notify, system);
  const children = createChildren(broken.resolve, system, log);
  const splay = createSplay(system);
  const sources = keepSources(
    (source, isShared) => {
      log.debug(`${source} says something else`);
      if (isShared) splay.changed();
      settler.notify();
    },
    bug,
    system,
  );
  const checks = createNodeChecks({ onTurn: settler.notify, onDoubt: tell.doubted }, system, log);
  const files = watchFiles(
    (file) => {
      log.debug(`${file} changed`);
      if (!sources.touched(file)) settler.notify();
    },
    {
      get pollMs() {
        return report?.cluster.watch.poll ?? DEFAULT_POLL_MS;
      },
      onError: tell.files,
    },
    system,
  );

  const runOnce = async (): Promise<void> => {
    beat = system.now();
    const splayDone = splay.begin();
    let seen: readonly string[] = [];
    const noteFiles: RunMemory['noteFiles'] = (found) => {
      seen = found;
    };
    try {
      const memory = {
        nodes,
        locks,
        failing: checks.failing,
        ask: sources.ask,
        noteFiles,
        reloadWaitMs: splay.waitMs,
      };
      report = await runAndStart(memory);
      nodes = report.nodes;
      failure = null;
      await afterRun(report, splayDone);
    } catch (error) {
      if (!(error instanceof LbError)) throw error;
      failure = error;
      tell.failure(error);
      retry.later();
      await watchMore([...new Set([...(report?.files ?? []), ...seen])]);
    } finally {
      beat = system.now();
      first.resolve();
      onRun();
    }
  };

  /** A run; proxies that do not run and are ours to start are started, and seen to serve by a run more. */
  const runAndStart = async (memory: RunMemory): Promise<RunReport> => {
    const done = await run(options, memory, system);
    if (!options.start || !(await children.start(done.outputs))) return done;
    return run(options, { ...memory, nodes: done.nodes }, system);
  };

  const afterRun = async (done: RunReport, splayDone: () => void): Promise<void> => {
    const { outputs, notices, cluster, againInMs } = done;
    settling.settleMs = cluster.watch.settle;
    settling.ceilingMs = cluster.watch.ceiling;
    tell.report(done);
    ledger.noteSources(done.sources);
    for (const { name, problem } of done.sources) if (problem !== null) metrics.sourceFailed(name);
    for (const output of outputs) {
      ledger.note(output, system.now());
      metrics.run(output.target, output.result.outcome, output.ms / 1000);
    }
    if (outputs.some(isRetried) || notices.some(({ kind }) => kind === 'guard')) retry.later();
    else retry.noMore();
    const waits = outputs.flatMap(({ result }) => (result.outcome === 'splayed' ? [result.againInMs] : []));
    if (waits.length === 0) splayDone();
    release.set(soonest(againInMs, ...waits));
    if (options.reload) checks.follow(done);
    await watchMore(done.files);
  };

  const watchMore = async (read: readonly string[]): Promise<void> => {
    const key = [...read].sort().join('\n');
    if (key === watched) return;
    await files.watch(read);
    watched = key;
    settler.notify(); // what happened to them since they were read, nobody has told
  };

  settler.notify();
  const endHousekeeping = keepHouses(
    {
      latest: () => (options.reload ? report : null),
      ledger,
      exclusive,
      onDue: (target, reason) => {
        log.debug(`${target}: ${reason}`);
        settler.notify();
      },
      onTick: () => {
        beat = system.now();
      },
      onError: bug,
    },
    system,
  );

  return {
    runNow: settler.notify,
    status: () =>
      toStatus({
        cluster: report?.cluster ?? null,
        outputs: report?.outputs ?? [],
        notices: report?.notices ?? [],
        failure,
        lastSuccess: ledger.lastSuccess,
        generations: ledger.generations,
        lastChanges: ledger.lastChanges,
        oldWorkers: ledger.oldWorkers,
        sources: ledger.sources,
      }),
    isAlive: () => system.now() - beat < SILENCE_MS,
    first: first.promise,
    broken: broken.promise,
    signalChildren: children.signal,
    isGentleEnd: children.isGentleEnd,
    stop: async (gently) => {
      await settler.stop(); // first: the run at hand may set the others going again
      await endHousekeeping();
      await sources.stop();
      retry.noMore();
      release.set(null);
      checks.stop();
      await files.close();
      await children.end(gently);
      for (const lock of locks.values()) await lock.release();
    },
  };
};
