import type { System } from '../../platform/system.ts';
import type { RunReport } from '../../reconcile/run.ts';
import { keepHouse } from './keep-house.ts';
import type { Ledger } from './ledger.ts';

interface Surroundings {
  /** The last run that came to its end; null while there is none, or proxies are left alone. */
  readonly latest: () => RunReport | null;
  readonly ledger: Pick<Ledger, 'house' | 'keep'>;
  /** Keeps others from speaking with the proxies meanwhile. */
  readonly exclusive: (task: () => Promise<void>) => Promise<void>;
  /** A run is due for a target, and why. */
  readonly onDue: (target: string, reason: string) => void;
  /** Called each time, whether there is something to do or not. */
  readonly onTick: () => void;
  readonly onError: (error: unknown) => void;
}

const TICK_MS = 1000;

/** Does what is to be done between runs, again and again. Returns what ends it once the step at hand is done. */
export const keepHouses = (
  { latest, ledger, exclusive, onDue, onTick, onError }: Surroundings,
  system: System,
): (() => Promise<void>) => {
  const stopping = new AbortController();

  /** Often enough for a short trickle to be one. */
  const everyMs = (): number =>
    Math.max(50, Math.min(TICK_MS, (latest()?.cluster.watch.trickle ?? TICK_MS) / 10));

  const tick = async (): Promise<void> => {
    onTick();
    const report = latest();
    if (report === null) return;
    const { watch } = report.cluster;
    const rules = {
      everyMs: everyMs(),
      oldWorkers: watch.oldWorkers,
      timeMs: watch.oldWorkerTime,
      trickleMs: watch.trickle,
      compareMs: watch.poll,
    };
    for (const output of report.outputs) {
      const { house, due } = await keepHouse(ledger.house(output.target), output, rules, system);
      ledger.keep(output.target, house);
      if (due !== null) onDue(output.target, due);
    }
  };

  const keepTicking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await system.sleep(everyMs(), stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) await exclusive(tick).catch(onError);
    }
  };

  const ticking = keepTicking();
  return async () => {
    stopping.abort();
    await ticking;
  };
};
