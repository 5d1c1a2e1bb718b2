import type { App } from '../cluster/cluster.ts';
import { EMPTY_INVENTORY } from '../cluster/schema/inventory.ts';
import { toCluster } from '../cluster/to-cluster.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { chooseSource, openPlace, type WritableSource } from '../join/choose-place.ts';
import { createListings } from '../join/listings.ts';
import { choosesUws, planWorkers } from '../join/plan-workers.ts';
import { startWorker } from '../join/worker.ts';
import { besides, loadDescription, refused } from '../load/load-cluster.ts';
import { forwardedCount } from '../plan/forwarded-count.ts';
import { healthPath } from '../plan/health-path.ts';
import type { System } from '../platform/system.ts';
import { createDeferred } from '../watch/deferred.ts';
import type { Log } from '../watch/log.ts';

export interface JoinOptions {
  readonly app: string;
  readonly cluster?: string | undefined;
  /** Where nodes are listed; without it, where the description says. */
  readonly source?: WritableSource | undefined;
  readonly workers: number;
  readonly port: number;
  /** IP address; without it BIND_IP, or with a directory 127.0.0.1. */
  readonly host?: string | undefined;
  readonly graceMs: number;
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
  const { app: name, graceMs, command } = options;
  const described = await describeApp(options, system);
  const source = options.source ?? chooseSource(name, described?.app.inventory ?? []);
  const resolve =
    options.source === undefined && described !== null
      ? (path: string) => besides(described.file, path)
      : (path: string) => path;
  const host = chooseHost(options.host, env.BIND_IP, source);
  const uws = described?.app.transport === 'uws' || choosesUws(env);
  const plans = planWorkers(
    {
      app: name,
      host,
      port: options.port,
      count: options.workers,
      uws,
      forwardedCount: described?.forwardedCount ?? null,
    },
    env,
  );
  const place = openPlace(source, resolve, system);
  const listings = createListings(place, system, log);
  const patience = new AbortController();
  const broken = createDeferred<LbError>();
  const told = createDeferred<NodeJS.Signals>();
  const health = described?.health ?? defaultHealth(env.ROOT_URL, uws);
  log.info(
    `${plans.length} worker${plans.length === 1 ? '' : 's'} of ${name} from ${host}:${options.port} on, listed in ${place.name}`,
  );
  const workers = plans.map((plan) =>
    startWorker(
      plan,
      { command, health, graceMs, takenMs: described?.takenMs ?? CEILING_MS + APPLY_MS },
      { listings, system, log, patience: patience.signal, onBroken: broken.resolve },
    ),
  );

  let isEnding = false;
  let isRolling = false;
  const roll = async (): Promise<void> => {
    isRolling = true;
    log.info('SIGHUP: the workers are restarted one after another');
    for (const worker of workers) {
      if (!isEnding) await Promise.race([worker.restart(), told.promise]);
    }
    isRolling = false;
    if (!isEnding) log.info('all workers are restarted');
  };
  signals.listen((signal) => {
    if (signal !== 'SIGHUP') {
      if (isEnding) patience.abort();
      isEnding = true;
      told.resolve(signal);
    } else if (isRolling) log.warn('SIGHUP: the workers are being restarted already');
    else if (!isEnding) void roll();
  });
  const reason = await Promise.race([told.promise, broken.promise]);
  isEnding = true;
  if (typeof reason === 'string') log.info(`${reason}: the workers drain and end`);
  const signal = typeof reason === 'string' ? reason : 'SIGTERM';
  await Promise.all(workers.map((worker) => worker.stop(signal)));
  await listings.close();
  if (typeof reason !== 'string') throw reason;
};

/** As the schema has it: no change waits longer than this for quiet. */
const CEILING_MS = 2000;
/** For a proxy to take a change. */
const APPLY_MS = 1000;

interface DescribedApp {
  readonly file: string;
  readonly app: App;
  readonly health: { readonly path: string; readonly host: string; readonly timeout: number };
  readonly forwardedCount: number | null;
  /** Within this time balancers take a change of the list. */
  readonly takenMs: number;
}

/** What the description says of the app; null where there is none, and none is needed. */
const describeApp = async (
  { app: name, cluster: named, source }: JoinOptions,
  system: System,
): Promise<DescribedApp | null> => {
  const loaded = await loadDescription({ cluster: named }, system).catch((error) => {
    const isNeeded = source === undefined || named !== undefined;
    if (isNeeded || !(error instanceof LbError && error.failure === 'usage')) throw error;
    return null;
  });
  if (loaded === null) return null;
  const { file, value, diagnostics } = loaded;
  if (value === null)
    throw refused({ failure: 'invalid', message: `${file} is not a valid cluster description` }, diagnostics);
  const cluster = toCluster(value, EMPTY_INVENTORY);
  const app = cluster.apps.find(({ id }) => id === name);
  if (app === undefined) throw unknownApp(name, cluster.apps, file);
  const host = app.domains.find((domain) => !domain.startsWith('*')) ?? 'localhost';
  const health = { path: healthPath(app), host, timeout: app.health.timeout };
  const { ceiling, splay = 0 } = cluster.watch;
  const takenMs = ceiling + splay + APPLY_MS;
  return { file, app, health, forwardedCount: forwardedCount(cluster), takenMs };
};

const unknownApp = (name: string, apps: readonly App[], file: string): LbError => {
  const ids = apps.map(({ id }) => id);
  const meant = didYouMean(name, ids);
  return new LbError('usage', `${file} has no app ${name}`, {
    hint: meant === null ? `apps: ${ids.join(', ')}` : `did you mean ${meant}?`,
  });
};

/** Nodes in etcd are for balancers on other machines, who have to reach them. */
const chooseHost = (given: string | undefined, bound: string | undefined, source: WritableSource): string => {
  if (given !== undefined) return given;
  if (bound !== undefined && bound !== '' && bound !== '0.0.0.0' && bound !== '::') return bound;
  if ('directory' in source) return '127.0.0.1';
  throw new LbError('usage', '--host is missing', {
    hint: 'name the IP address at which the balancers reach this machine',
  });
};

/** As the schema has it. */
const defaultHealth = (rootUrl: string | undefined, uws: boolean): DescribedApp['health'] => {
  const path = URL.canParse(rootUrl ?? '') ? new URL(rootUrl ?? '').pathname.replace(/(?<=.)\/$/, '') : '/';
  const transport = uws ? 'uws' : 'sockjs';
  return { path: healthPath({ path, transport, health: {} }), host: 'localhost', timeout: 2000 };
};
