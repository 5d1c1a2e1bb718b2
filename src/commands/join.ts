import { resolve } from 'node:path';
import { addressText } from '../cluster/cluster.ts';
import type { LbError } from '../diagnostics/lb-error.ts';
import { chooseHost } from '../join/choose-host.ts';
import { chooseSource, openPlace, type WritableSource } from '../join/choose-place.ts';
import { countCores } from '../join/cpu-quota.ts';
import { DEFAULT_LAG_MS, type DescribedApp, describeApp } from '../join/describe-app.ts';
import { createListings } from '../join/listings.ts';
import { thisOwner } from '../join/owner.ts';
import { planWorkers } from '../join/plan-workers.ts';
import { createRolling } from '../join/roll.ts';
import { choosesUws } from '../join/uws.ts';
import { startWorker } from '../join/worker.ts';
import { healthPath } from '../plan/health-path.ts';
import type { System } from '../platform/system.ts';
import type { Log } from '../watch/log/log.ts';
import { createDeferred } from '../watch/time/deferred.ts';

export interface JoinOptions {
  readonly app: string;
  readonly cluster?: string | undefined;
  /** Where nodes are listed; without it, where the description says. */
  readonly source?: WritableSource | undefined;
  /** `auto`: as many as cores may be used. */
  readonly workers: number | 'auto';
  readonly port: number;
  /** IP address; without it BIND_IP, or with a directory 127.0.0.1. */
  readonly host?: string | undefined;
  /** How long sessions may go on when a worker is to end. */
  readonly graceMs: number;
  /** Balancers have taken a change of the list within this time; without it, by what the description says. */
  readonly lagMs?: number | undefined;
  /** How long a worker may take until it is listed again, before the restart of the others is given up. */
  readonly startMs: number;
  readonly command: readonly string[];
}

interface Surroundings {
  readonly log: Log;
  readonly signals: { listen(handler: (signal: NodeJS.Signals) => void): void };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs workers of an app and lists them, until it is told to end: SIGTERM and SIGINT drain and end all, a second one does not wait for
 * sessions, SIGHUP restarts one after another. Rejects with LbError where the command can't be started.
 */
export const join = async (
  options: JoinOptions,
  system: System,
  { log, signals, env }: Surroundings,
): Promise<void> => {
  const { app, cluster, source: named, port, graceMs, startMs, command } = options;
  const described = await describeApp(app, { cluster, isNeeded: named === undefined }, system);
  const chosen = chooseSource(app, named, described, (path) => resolve(system.cwd, path));
  const { host, notes } = chooseHost(options.host, env.BIND_IP, chosen.source);
  const uws = described?.transport === 'uws' || choosesUws(env);
  const cores = await countCores(system);
  const wanted = options.workers === 'auto' ? cores.count : options.workers;
  const plans = planWorkers(
    { app, host, port, count: wanted, uws, forwardedCount: described?.forwardedCount ?? null },
    env,
  );
  const owner = await thisOwner(system);
  const place = openPlace(chosen, owner, system);
  const listings = createListings(place, system, log);
  const patience = new AbortController();
  const ending = new AbortController();
  const broken = createDeferred<LbError>();
  const told = createDeferred<NodeJS.Signals>();
  const health = described?.health ?? defaultHealth(env.ROOT_URL, uws);
  const lagMs = options.lagMs ?? described?.lagMs ?? DEFAULT_LAG_MS;
  const count = `${plans.length} worker${plans.length === 1 ? '' : 's'}`;
  log.info(`${count} of ${app} from ${addressText({ kind: 'ip', host, port })} on, listed in ${place.name}`);
  log.info(`SIGHUP to process ${owner.pid} restarts them one after another`);
  if (options.workers === 'auto' && cores.count < cores.machine)
    log.info(`a CPU quota leaves ${cores.count} of ${cores.machine} cores to them, in whole ones`);
  for (const note of notes) log.warn(note);
  const old = await place.tidy();
  if (old.length > 0)
    log.info(`removed from ${place.name} what was not kept there for a day or longer: ${old.join(', ')}`);
  const workers = plans.map((plan) =>
    startWorker(
      plan,
      { command, owner: owner.name, health, graceMs, lagMs },
      { listings, system, log, patience: patience.signal, onBroken: broken.resolve },
    ),
  );

  const rolling = createRolling(workers, {
    startMs,
    drained: described?.drained ?? (async () => new Set()),
    log,
    ending: ending.signal,
  });
  signals.listen((signal) => {
    if (signal === 'SIGHUP') {
      if (!ending.signal.aborted) rolling.begin();
      return;
    }
    if (ending.signal.aborted) patience.abort();
    ending.abort();
    told.resolve(signal);
  });
  const reason = await Promise.race([told.promise, broken.promise]);
  ending.abort();
  if (typeof reason === 'string') log.info(`${reason}: the workers drain and end`);
  const signal = typeof reason === 'string' ? reason : 'SIGTERM';
  await Promise.all(workers.map((worker) => worker.stop(signal)));
  await listings.close();
  if (typeof reason !== 'string') throw reason;
};

/** As the schema has it. */
const defaultHealth = (rootUrl: string | undefined, uws: boolean): DescribedApp['health'] => {
  const path = URL.canParse(rootUrl ?? '') ? new URL(rootUrl ?? '').pathname.replace(/(?<=.)\/$/, '') : '/';
  const transport = uws ? 'uws' : 'sockjs';
  return { path: healthPath({ path, transport, health: {} }), host: 'localhost', timeout: 2000 };
};
