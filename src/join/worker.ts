import { addressText, type ClusterNode } from '../cluster/cluster.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { System } from '../platform/system.ts';
import type { Log } from '../watch/log/log.ts';
import { createDeferred, type Deferred } from '../watch/time/deferred.ts';
import { restartDelay } from './back-off.ts';
import type { Listings } from './listings.ts';
import type { WorkerPlan } from './plan-workers.ts';
import { END_MS, type ProcessGroup, startGroup } from './process-group.ts';
import { takeLeave, WRITE_MS } from './take-leave.ts';
import { untilWell } from './until-well.ts';
import { within } from './within.ts';

/** A Meteor process that is kept running, and listed while it is well. */
export interface Worker {
  readonly id: string;
  /** Whether it runs and has answered. */
  isWell(): boolean;
  /** Takes it out of the rotation and ends it; resolves when it is about to be started again. */
  replace(): Promise<void>;
  /** Waits until it is listed, which is null, or is not within the time, or ends before: why. */
  untilListed(withinMs: number, signal: AbortSignal): Promise<string | null>;
  /** Takes it out of the rotation and ends it with a signal. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

export interface WorkerOptions {
  readonly command: readonly string[];
  /** Whose it is, by what is listed. */
  readonly owner: string;
  /** Asked for at the worker; with an answer from 200 to 399 it is listed. */
  readonly health: { readonly path: string; readonly host: string; readonly timeout: number };
  /** How long its sessions may go on when it is to end. */
  readonly graceMs: number;
  /** Within this time balancers take a change of the list. */
  readonly lagMs: number;
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

/** Of its process; the end of one that `ends` is ours. */
type State = 'none' | 'starts' | 'well' | 'drains' | 'ends';

export const startWorker = (
  plan: WorkerPlan,
  { command, owner, health, graceMs, lagMs }: WorkerOptions,
  { listings, system, log, patience, onBroken }: Surroundings,
): Worker => {
  const { id, host, port, env } = plan;
  const ending = new AbortController();
  let pause = new AbortController();
  let group: ProcessGroup | null = null;
  let state: State = 'none';
  let hasRun = false;
  let comesBack = false;
  let leaving: Promise<void> | null = null;
  let hearers: readonly Deferred<string | null>[] = [];

  const list = (as: ClusterNode['state']): Promise<boolean> =>
    listings.set(id, JSON.stringify({ host, port, state: as, owner }));
  const takeOut = (): Promise<boolean> => listings.set(id, null);
  /** Tells those who wait that it is listed, or why it is not. */
  const tell = (news: string | null): void => {
    for (const { resolve } of hearers) resolve(news);
    hearers = [];
  };

  const listWhenWell = async (own: ProcessGroup): Promise<void> => {
    const gone = new AbortController();
    void own.ended.then(() => gone.abort());
    const signal = AbortSignal.any([gone.signal, ending.signal]);
    if (!(await untilWell({ ...health, to: { host, port } }, system, signal))) return;
    if (state !== 'starts' || group !== own) return;
    state = 'well';
    log.debug(`${id} is well`);
    if (!(await list('ready'))) return;
    log.info(`${id} is listed`);
    tell(null);
  };

  /** From its start to its end, of which the reason is told; null where it was to end. */
  const live = async (): Promise<string | null> => {
    for (const place of [{ host, port }, ...plan.alsoListens]) {
      if (await system.isTaken(place.host, place.port))
        return `another process listens on ${addressText({ kind: 'ip', ...place })}; is it left from a join that was killed?`;
    }
    if (!comesBack) await within(takeOut(), WRITE_MS, system); // what an earlier run may have left
    const own = await startGroup(command, env, system);
    if (typeof own === 'string') {
      if (hasRun) return own; // what it runs may be there again soon
      onBroken(new LbError('usage', own));
      ending.abort();
      return null;
    }
    group = own;
    state = 'starts';
    hasRun = true;
    comesBack = false;
    log.info(`${id} is started as process ${own.pid}`);
    if (ending.signal.aborted) void endGroup(own, 'SIGTERM');
    void listWhenWell(own);
    const how = await own.ended;
    const wasOurs = isEnding();
    group = null;
    state = 'none';
    if (wasOurs) {
      log.info(`${id} has ended: ${how}`);
      return null;
    }
    await within(takeOut(), WRITE_MS, system);
    return how;
  };
  const isEnding = (): boolean => state === 'ends';

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
      comesBack = false;
      delayMs = restartDelay(delayMs, system.now() - since);
      log.error(`${id} does not run: ${how}; it is started again in ${delayMs / 1000} s`);
      tell(how);
      pause = new AbortController();
      await system.sleep(delayMs, AbortSignal.any([ending.signal, pause.signal])).catch(() => {});
    }
  };

  const endGroup = (own: ProcessGroup, signal: NodeJS.Signals): Promise<void> => {
    state = 'ends';
    const late = `${id} has not ended within ${END_MS / 1000} s after ${signal}: it is killed`;
    return own.end(signal, () => log.warn(late));
  };

  /** One that dies meanwhile is taken out by the one who keeps it. */
  const leave = async (signal: NodeJS.Signals, listAsGone: () => Promise<boolean>): Promise<void> => {
    const own = group;
    if (own === null) return;
    const isGone = (): boolean => group !== own;
    if (state === 'well') {
      state = 'drains';
      const drain = () => list('drain');
      const parting = { id, host, port, graceMs, lagMs, isGone, drain, takeOut: listAsGone };
      if (!(await takeLeave(parting, system, log, patience))) return;
    }
    await endGroup(own, signal);
  };
  /** Who is to leave while it does leaves once. */
  const leaveOnce = (signal: NodeJS.Signals, listAsGone: () => Promise<boolean>): Promise<void> => {
    leaving ??= leave(signal, listAsGone).finally(() => {
      leaving = null;
    });
    return leaving;
  };

  const kept = keep();
  return {
    id,
    isWell: () => state === 'well',
    replace: async () => {
      await leaveOnce('SIGTERM', () => {
        comesBack = true; // one that comes and goes with each restart would soon be held for flapping
        return list('down');
      });
      pause.abort();
    },
    untilListed: async (withinMs, signal) => {
      const heard = createDeferred<string | null>();
      hearers = [...hearers, heard];
      if (await within(heard.promise, withinMs, system, signal)) return heard.promise;
      return state === 'well' ? 'it can not be listed' : `it has not answered ${health.path} in time`;
    },
    stop: async (signal) => {
      ending.abort();
      await leaveOnce(signal, takeOut);
      await kept;
      if (hasRun) await within(takeOut(), WRITE_MS, system);
    },
  };
};
