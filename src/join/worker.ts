import type { ClusterNode } from '../cluster/cluster.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { Child, System } from '../platform/system.ts';
import { createDeferred, type Deferred } from '../watch/deferred.ts';
import type { Log } from '../watch/log.ts';
import { restartDelay } from './back-off.ts';
import { letGo } from './let-go.ts';
import type { Listings } from './listings.ts';
import type { WorkerPlan } from './plan-workers.ts';
import { untilWell } from './until-well.ts';

/** A Meteor process that is kept running, and listed while it is well. */
export interface Worker {
  readonly id: string;
  /** Takes it out of the rotation, starts it again, and resolves when it is listed again. */
  restart(): Promise<void>;
  /** Takes it out of the rotation and ends it with a signal. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

export interface WorkerOptions {
  readonly command: readonly string[];
  /** Asked for at the worker; with an answer from 200 to 399 it is listed. */
  readonly health: { readonly path: string; readonly host: string; readonly timeout: number };
  /** How long its sessions may go on when it is to end. */
  readonly graceMs: number;
  /** Within this time balancers take a change of the list. */
  readonly takenMs: number;
}

interface Surroundings {
  readonly listings: Listings;
  readonly system: System;
  readonly log: Log;
  /** Ends all waiting for sessions. */
  readonly patience: AbortSignal;
  /** The command can't be started at all. */
  onBroken(error: LbError): void;
}

/** Time from a signal to SIGKILL. */
const END_MS = 10_000;

export const startWorker = (
  plan: WorkerPlan,
  { command, health, graceMs, takenMs }: WorkerOptions,
  { listings, system, log, patience, onBroken }: Surroundings,
): Worker => {
  const { id, host, port, env } = plan;
  const ending = new AbortController();
  let child: Child | null = null;
  let isListed = false;
  let told = false; // its end is ours
  let isLeaving = false;
  let hasRun = false;
  let waiters: Deferred<void>[] = [];

  const list = (state: ClusterNode['state']): Promise<boolean> =>
    listings.set(id, JSON.stringify({ host, port, state }));

  const listWhenWell = async (own: Child): Promise<void> => {
    const gone = new AbortController();
    void own.ended.then(() => gone.abort());
    const signal = AbortSignal.any([gone.signal, ending.signal]);
    if (!(await untilWell({ ...health, to: { host, port } }, system, signal))) return;
    isListed = true;
    const isOver = (): boolean => signal.aborted || isLeaving;
    while (!isOver() && !(await list('ready'))) await system.sleep(1000, signal).catch(() => {});
    if (isOver()) return;
    log.info(`${id} is listed`);
    for (const { resolve } of waiters) resolve();
    waiters = [];
  };

  const takeOut = async (): Promise<void> => {
    isListed = false;
    await listings.set(id, null);
  };

  /** Its process, or why there is none. */
  const begin = async (): Promise<Child | string> => {
    const fail = (why: string): string => `${command[0]} can not be started: ${why}`;
    try {
      const own = await system.start(command, { env, readsInput: true });
      return own.pid === undefined ? fail(await own.ended) : own;
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error)); // such as a folder that is gone
    }
  };

  /** From its start to its end, of which the reason is told; null where it was to end. */
  const live = async (): Promise<string | null> => {
    if (await system.isTaken(host, port)) return `another process listens on ${host}:${port}`;
    if (!told) await takeOut(); // what an earlier run may have left
    const own = await begin();
    if (typeof own === 'string') {
      if (hasRun) return own; // what it runs may be there again soon
      onBroken(new LbError('usage', own));
      ending.abort();
      return null;
    }
    child = own;
    hasRun = true;
    told = false;
    isLeaving = false;
    log.info(`${id} is started as process ${own.pid}`);
    if (ending.signal.aborted) void endProcess(own, 'SIGTERM');
    await listWhenWell(own);
    const how = await own.ended;
    child = null;
    signalGroup(own, 'SIGKILL'); // what it has left
    if (told) return null;
    await takeOut();
    return how;
  };

  const keep = async (): Promise<void> => {
    let delayMs: number | null = null;
    while (!ending.signal.aborted) {
      const since = system.now();
      const how = await live();
      if (ending.signal.aborted) return;
      if (how === null) {
        delayMs = null;
        continue;
      }
      told = false;
      delayMs = restartDelay(delayMs, system.now() - since);
      log.error(`${id} does not run: ${how}; it is started again in ${delayMs / 1000} s`);
      await system.sleep(delayMs, ending.signal).catch(() => {});
    }
  };

  const signalGroup = ({ pid }: Child, signal: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) system.kill(-pid, signal);
    } catch {
      // it has ended meanwhile
    }
  };

  const endProcess = async (own: Child, signal: NodeJS.Signals): Promise<void> => {
    told = true;
    signalGroup(own, signal);
    const timer = new AbortController();
    void own.ended.then(() => timer.abort());
    await system.sleep(END_MS, timer.signal).then(
      () => {
        log.warn(`${id} has not ended within ${END_MS / 1000} s after ${signal}: it is killed`);
        signalGroup(own, 'SIGKILL');
      },
      () => {},
    );
    await own.ended;
  };

  /** A worker that dies meanwhile is taken out by the one who keeps it. */
  const leave = async (signal: NodeJS.Signals, comesBack: boolean): Promise<void> => {
    const own = child;
    if (own === null) return;
    isLeaving = true;
    const isGone = (): boolean => child !== own;
    if (isListed) {
      await list('drain');
      log.info(`${id} drains`);
      const onCount = (count: number): void => log.info(`${id} drains: ${connections(count)} left`);
      const left = await letGo({ host, port }, { graceMs, takenMs, isGone, onCount }, system, patience);
      if (left > 0) log.warn(`${id} ends with ${connections(left)}`);
      if (isGone()) return;
      isListed = false;
      // One that comes and goes with each restart would soon be held for flapping.
      if (comesBack) await list('down');
      else await takeOut();
      await system.sleep(Math.min(takenMs, graceMs), patience).catch(() => {});
    }
    if (!isGone()) await endProcess(own, signal);
  };

  const kept = keep();
  return {
    id,
    restart: async () => {
      const again = createDeferred<void>();
      waiters.push(again);
      await leave('SIGTERM', true);
      await again.promise;
    },
    stop: async (signal) => {
      ending.abort();
      await leave(signal, false);
      await kept;
      await takeOut();
    },
  };
};

const connections = (count: number): string => `${count} connection${count === 1 ? '' : 's'}`;
