import type { Log } from '../watch/log/log.ts';
import type { Worker } from './worker.ts';

/** Restarts workers one after another. */
export interface Rolling {
  /** All are to run what is there now; where that goes on, it begins anew, and does not wait for one that does not get well. */
  begin(): void;
}

interface Options {
  /** How long one may take until it is listed again. */
  readonly startMs: number;
  /** Those that take no new sessions though they are well. */
  drained(): Promise<ReadonlySet<string>>;
  readonly log: Log;
  /** Nothing is restarted any more. */
  readonly ending: AbortSignal;
}

/** First those that are not well, which serve nobody. The first one that does not get well ends it: the others serve on as they are. */
export const createRolling = (
  workers: readonly Worker[],
  { startMs, drained, log, ending }: Options,
): Rolling => {
  let due: readonly Worker[] = [];
  let isRolling = false;
  let waiting = new AbortController();

  /** Nodes of other machines may be there, of which nothing is known here. */
  const warnOfNone = async (worker: Worker): Promise<void> => {
    const others = workers.filter((one) => one !== worker && one.isWell()).map(({ id }) => id);
    const idle = await drained();
    if (!worker.isWell() || idle.has(worker.id) || others.some((id) => !idle.has(id))) return;
    const why =
      others.length === 0 ? '' : `, since a command drained ${others.join(', ')} (meteor-lb ready NODE)`;
    log.warn(
      `while ${worker.id} is restarted no other worker of this join takes new sessions${why}: new clients fail until it is back, unless nodes of another machine take them`,
    );
  };

  const roll = async (): Promise<void> => {
    for (;;) {
      const worker = due.find((one) => !one.isWell()) ?? due[0];
      if (worker === undefined || ending.aborted) break;
      waiting = new AbortController();
      await warnOfNone(worker);
      await worker.replace();
      if (ending.aborted) break;
      due = due.filter((one) => one !== worker);
      const signal = AbortSignal.any([waiting.signal, ending]);
      const why = await worker.untilListed(startMs, signal);
      if (why === null || signal.aborted) continue;
      const others = due.length === 0 ? '' : ', and no other worker is restarted';
      log.error(`${worker.id} does not get well: ${why}${others}; mend what it runs, then send SIGHUP again`);
      return;
    }
    if (!ending.aborted) log.info('all workers are restarted');
  };

  return {
    begin: () => {
      due = workers;
      waiting.abort();
      log.info(
        isRolling
          ? 'SIGHUP: the restart of all workers begins anew'
          : 'SIGHUP: the workers are restarted one after another',
      );
      if (isRolling) return;
      isRolling = true;
      void roll().finally(() => {
        isRolling = false;
      });
    },
  };
};
