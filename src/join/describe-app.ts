import type { App } from '../cluster/cluster.ts';
import { EMPTY_INVENTORY } from '../cluster/schema/inventory.ts';
import { toCluster } from '../cluster/to-cluster.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { readStates } from '../inventory/states.ts';
import { besides, loadDescription, refused } from '../load/load-cluster.ts';
import { forwardedCount } from '../plan/forwarded-count.ts';
import { healthPath } from '../plan/health-path.ts';
import type { System } from '../platform/system.ts';
import { stateFolder, statesFile } from '../reconcile/state-folder.ts';

/** What a description says that workers of an app have to know. */
export interface DescribedApp {
  readonly inventory: App['inventory'];
  readonly transport: App['transport'];
  readonly health: { readonly path: string; readonly host: string; readonly timeout: number };
  /** null where nodes get no X-Forwarded-For. */
  readonly forwardedCount: number | null;
  /** Balancers have taken a change of the list within this time, unless reloads wait for old workers. */
  readonly lagMs: number;
  /** The nodes that are drained, or down, by a command that was given on this machine; none where that can't be read. */
  drained(): Promise<ReadonlySet<string>>;
  /** Where a path in the description leads. */
  resolve(path: string): string;
}

/** As the schema has it: no change waits longer than this for quiet. */
const CEILING_MS = 2000;
/** For a proxy to take a change. */
const APPLY_MS = 1000;
/** Where there is no description. */
export const DEFAULT_LAG_MS = CEILING_MS + APPLY_MS;

/** Reads the description; null where there is none, and none is needed. Rejects with LbError. */
export const describeApp = async (
  name: string,
  { cluster: named, isNeeded }: { readonly cluster: string | undefined; readonly isNeeded: boolean },
  system: System,
): Promise<DescribedApp | null> => {
  const loaded = await loadDescription({ cluster: named }, system).catch((error) => {
    if (isNeeded || named !== undefined || !(error instanceof LbError && error.failure === 'usage'))
      throw error;
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
  const { ceiling, splay = 0 } = cluster.watch;
  return {
    inventory: app.inventory,
    transport: app.transport,
    health: { path: healthPath(app), host, timeout: app.health.timeout },
    forwardedCount: forwardedCount(cluster),
    lagMs: ceiling + splay + APPLY_MS,
    drained: async () => {
      const states = await readStates(statesFile(stateFolder(file, cluster.stateDir)), system).catch(
        () => null,
      );
      return new Set(Object.keys(states?.[name] ?? {}));
    },
    resolve: (path) => besides(file, path),
  };
};

const unknownApp = (name: string, apps: readonly App[], file: string): LbError => {
  const ids = apps.map(({ id }) => id);
  const meant = didYouMean(name, ids);
  return new LbError('usage', `${file} has no app ${name}`, {
    hint: meant === null ? `apps: ${ids.join(', ')}` : `did you mean ${meant}?`,
  });
};
