import { LbError } from '../diagnostics/lb-error.ts';
import type { NodeStates } from '../inventory/states.ts';
import type { System } from '../platform/system.ts';
import { describeReport } from '../reconcile/describe-report.ts';
import type { Locks, OutputReport } from '../reconcile/publish-output.ts';
import { type RunMemory, type RunOptions, type RunReport, run } from '../reconcile/run.ts';
import type { TargetName } from '../targets/registry.ts';
import { createAlarm } from './alarm.ts';
import { createChildren } from './children.ts';
import { EMPTY_HOUSE, type House, keepHouse } from './keep-house.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createProber } from './prober.ts';
import { createSettler } from './settle.ts';
import type { WatchStatus } from './status-model.ts';
import { createTeller, diagnosticLine } from './teller.ts';
import { toStatus } from './to-status.ts';
import { watchFiles } from './watch-files.ts';

export interface FollowOptions extends RunOptions {
  /** Runs the proxies as children. */
  readonly start: boolean;
}

/** A watch that goes on. */
export interface Follower {
  /** Runs soon, whether anything changed or not. */
  runNow(): void;
  status(): WatchStatus;
  /** Whether it did something lately: a run takes seconds, and between runs it looks around every second. */
  isAlive(): boolean;
  /** Resolves when the first run is over. */
  readonly first: Promise<void>;
  /** Resolves with why it can't go on, which only children of its own can bring about. */
  readonly broken: Promise<LbError>;
  /** Passes a signal on to the proxies that are children. */
  signalChildren(signal: NodeJS.Signals): void;
  /** Finishes the step at hand; a proxy that is no child goes on. Children get the signal. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;
const TICK_MS = 1000;
const SILENCE_MS = 60_000;

/** Follows a description and the lists of nodes, for ever: each change leads to a run. */
export const follow = (
  options: FollowOptions,
  system: System,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
): Follower => {
  const teller = createTeller(log);
  const locks: Locks = new Map();
  const stopping = new AbortController();
  const settling = { settleMs: 200, ceilingMs: 2000, onError: bug };
  const houses = new Map<string, House>();
  const lastSuccess = new Map<string, number>();
  const generations = new Map<string, string>();
  let memory: RunMemory['nodes'] = null;
  let report: RunReport | null = null;
  let failure: LbError | null = null;
  let failures = 0;
  let beat = system.now();
  let watched = '';
  let queue: Promise<unknown> = Promise.resolve();
  let begun: () => void = () => {};
  let breakDown: (error: LbError) => void = () => {};
  const first = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const broken = new Promise<LbError>((resolve) => {
    breakDown = resolve;
  });

  /** Runs and housekeeping speak with the same proxies: one at a time. */
  const exclusive = <Value>(task: () => Promise<Value>): Promise<Value> => {
    const done = queue.then(task);
    queue = done.catch(() => {});
    return done;
  };
  function bug(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error(`this is a bug in meteor-lb, please report it: ${text}`);
    retry.set(LAST_RETRY_MS);
  }

  const settler = createSettler(settling, () => exclusive(runOnce), system);
  const retry = createAlarm(() => settler.notify(), system);
  const release = createAlarm(() => settler.notify(), system);
  const children = createChildren((error) => breakDown(error), system, log);
  const prober = createProber((app, node, failing) => {
    log[failing ? 'warn' : 'info'](`${node} of ${app} ${failing ? 'fails its checks' : 'is well again'}`);
    settler.notify();
  }, system);
  const files = watchFiles(
    (file) => {
      log.debug(`${file} changed`);
      settler.notify();
    },
    {
      get pollMs() {
        return report?.cluster.watch.poll ?? 10_000;
      },
      onError: (error) => teller.say('files', 'warn', `files can not be watched well: ${wordsOf(error)}`),
    },
    system,
  );

  const runOnce = async (): Promise<void> => {
    beat = system.now();
    try {
      report = await run(options, { nodes: memory, locks, failing: failing() }, system);
      memory = report.nodes;
      failure = null;
      await afterRun(report);
    } catch (error) {
      if (!(error instanceof LbError)) throw error;
      failure = error;
      tellFailure(error);
      retryLater();
      await watchMore(report?.files ?? (options.cluster === undefined ? [] : [options.cluster]));
    } finally {
      beat = system.now();
      begun();
    }
  };

  const failing = (): ReadonlyMap<TargetName, NodeStates> => {
    const { states, doubted } = prober.verdict();
    teller.sayAll(
      'probes',
      doubted.map((app) => ({
        level: 'warn' as const,
        message: `so many nodes of ${app} fail their checks that none is taken out: the checks may be at fault`,
      })),
    );
    const settings = report?.cluster;
    return new Map(
      (['nginx', 'haproxy'] as const)
        .filter((target) => settings?.[target].probe)
        .map((target) => [target, states]),
    );
  };

  const afterRun = async ({
    outputs,
    notices,
    diagnostics,
    cluster,
    files: read,
    againInMs,
  }: RunReport): Promise<void> => {
    settling.settleMs = cluster.watch.settle;
    settling.ceilingMs = cluster.watch.ceiling;
    teller.forget('failure');
    teller.sayAll(
      'notices',
      notices.map(({ kind, app, message }) => ({
        level: kind === 'guard' ? ('error' as const) : ('warn' as const),
        message: `${app}: ${message}`,
      })),
    );
    teller.sayAll('description', diagnostics.filter(({ severity }) => severity === 'warning').map(toLine));
    for (const output of outputs) noteOutput(output);
    const isFailing = outputs.some(({ result }) => RETRIED.has(result.outcome));
    if (isFailing || notices.some(({ kind }) => kind === 'guard')) retryLater();
    else {
      failures = 0;
      retry.set(null);
    }
    release.set(againInMs);
    followNodes(outputs);
    if (options.start) await startStopped(outputs);
    await watchMore(read);
  };

  const noteOutput = (output: OutputReport): void => {
    const { target, result, prepared, ms } = output;
    const errors = result.outcome === 'failed' ? result.error.diagnostics : [];
    teller.sayAll(
      `${target} findings`,
      [...output.diagnostics, ...errors].filter(({ severity }) => severity !== 'info').map(toLine),
    );
    const { level, message, hint } = describeReport(output);
    const words = hint === null ? message : `${message} (${hint})`;
    const starts = options.start && result.outcome === 'stopped';
    if (level === 'info') log.info(words, { ms: Math.round(ms) });
    else teller.say(target, starts ? 'debug' : level, words, { ms: Math.round(ms) });
    if (level === 'info' || level === 'debug') teller.forget(target);
    metrics.run(target, result.outcome, ms / 1000);
    if (DONE.has(result.outcome)) {
      lastSuccess.set(target, system.now());
      if (prepared !== null) generations.set(target, prepared.configuration.generation);
    }
    const house = houses.get(target) ?? EMPTY_HOUSE;
    houses.set(target, result.outcome === 'none' ? house : { ...house, leaving: null });
  };

  const followNodes = (outputs: readonly OutputReport[]): void => {
    const probed = outputs.find(({ target, prepared }) => prepared?.cluster[target].probe);
    if (!options.reload || !probed?.prepared) prober.stop();
    else prober.follow(probed.prepared.configuration.plan, probed.prepared.cluster.watch.maxShrink);
  };

  const startStopped = async (outputs: readonly OutputReport[]): Promise<void> => {
    for (const output of outputs) {
      if (output.result.outcome !== 'stopped') continue;
      await children.start(output);
      settler.notify(); // to see that it serves
    }
  };

  const watchMore = async (read: readonly string[]): Promise<void> => {
    const key = [...read].sort().join('\n');
    if (key === watched) return;
    await files.watch(read);
    watched = key;
    settler.notify(); // what happened to them since they were read, nobody has told
  };

  const tellFailure = (error: LbError): void => {
    teller.sayAll(
      'description',
      error.diagnostics.filter(({ severity }) => severity === 'error').map(toLine),
    );
    const words = error.hint === null ? error.message : `${error.message} (${error.hint})`;
    teller.say('failure', 'error', `${words}; what is served stays`);
  };

  const retryLater = (): void => {
    retry.set(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
    failures++;
  };

  const tick = async (): Promise<void> => {
    beat = system.now();
    if (report === null || !options.reload) return;
    const { watch } = report.cluster;
    const rules = {
      everyMs: tickMs(),
      oldWorkers: watch.oldWorkers,
      timeMs: watch.oldWorkerTime,
      trickleMs: watch.trickle,
      compareMs: watch.poll,
    };
    for (const output of report.outputs) {
      const { house, due } = await keepHouse(houses.get(output.target) ?? EMPTY_HOUSE, output, rules, system);
      houses.set(output.target, house);
      if (due === null) continue;
      log.debug(`${output.target}: ${due}`);
      settler.notify();
    }
  };

  /** Often enough for a short trickle to be one. */
  const tickMs = (): number =>
    Math.max(50, Math.min(TICK_MS, (report?.cluster.watch.trickle ?? TICK_MS) / 10));

  const keepTicking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await system.sleep(tickMs(), stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) await exclusive(tick).catch(bug);
    }
  };

  settler.notify();
  const ticking = keepTicking();

  return {
    runNow: () => settler.notify(),
    status: () =>
      toStatus({
        cluster: report?.cluster ?? null,
        outputs: report?.outputs ?? [],
        notices: report?.notices ?? [],
        failure,
        lastSuccess,
        generations,
        oldWorkers: new Map([...houses].map(([target, { workers }]) => [target, workers.size])),
      }),
    isAlive: () => system.now() - beat < SILENCE_MS,
    first,
    broken,
    signalChildren: children.signal,
    stop: async (signal) => {
      stopping.abort();
      await settler.stop(); // first: the run at hand may set the others going again
      await ticking;
      retry.set(null);
      release.set(null);
      prober.stop();
      await files.close();
      await children.end(signal);
      for (const lock of locks.values()) await lock.release();
    },
  };
};

/** Outcomes after which the proxy is as it should be. */
const DONE: ReadonlySet<OutputReport['result']['outcome']> = new Set([
  'none',
  'written',
  'servers',
  'reload',
]);

/** Outcomes that are tried again after a while; for the others it is seen when their cause goes. */
const RETRIED: ReadonlySet<OutputReport['result']['outcome']> = new Set([
  'refused',
  'restored',
  'locked',
  'failed',
]);

const toLine = (diagnostic: Parameters<typeof diagnosticLine>[0]) => ({
  level: diagnostic.severity === 'error' ? ('error' as const) : ('warn' as const),
  message: diagnosticLine(diagnostic),
});

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
