import { describeReport } from '../../reconcile/describe-report.ts';
import type { OutputReport } from '../../reconcile/publish-output.ts';
import type { RunReport } from '../../reconcile/run.ts';
import type { WatchStatus } from '../status/status-model.ts';
import { EMPTY_HOUSE, type House } from './keep-house.ts';

/** What is known of outputs over many runs, by target. */
export interface Ledger {
  /** Takes in how an output fared. */
  note(output: OutputReport, now: number): void;
  /** Takes in how the sources fared. */
  noteSources(sources: RunReport['sources']): void;
  house(target: string): House;
  keep(target: string, house: House): void;
  readonly lastSuccess: ReadonlyMap<string, number>;
  readonly generations: ReadonlyMap<string, string>;
  /** What was done last, in words. */
  readonly lastChanges: ReadonlyMap<string, string>;
  readonly oldWorkers: ReadonlyMap<string, number>;
  /** The sources there are, and how often each failed. */
  readonly sources: WatchStatus['sources'];
}

type Outcome = OutputReport['result']['outcome'];

/** Outcomes after which the proxy is as it should be. */
const DONE: ReadonlySet<Outcome> = new Set(['none', 'written', 'servers', 'reload']);

/** Outcomes that are tried again after a while; for the others it is seen when their cause goes. */
const RETRIED: ReadonlySet<Outcome> = new Set(['refused', 'restored', 'locked', 'failed']);

/** Whether an output has to be tried again without any change. */
export const isRetried = ({ result }: Pick<OutputReport, 'result'>): boolean => RETRIED.has(result.outcome);

export const createLedger = (): Ledger => {
  const lastSuccess = new Map<string, number>();
  const generations = new Map<string, string>();
  const lastChanges = new Map<string, string>();
  const houses = new Map<string, House>();
  let sources: WatchStatus['sources'] = [];
  const house = (target: string): House => houses.get(target) ?? EMPTY_HOUSE;
  return {
    note: (output, now) => {
      const { target, result, prepared } = output;
      if (DONE.has(result.outcome)) {
        lastSuccess.set(target, now);
        if (result.outcome !== 'none') lastChanges.set(target, describeReport(output).message);
        if (prepared !== null) generations.set(target, prepared.configuration.generation);
      }
      // After a change there may be servers that leave.
      if (result.outcome !== 'none') houses.set(target, { ...house(target), leaving: null });
    },
    noteSources: (found) => {
      sources = found.map(({ name, problem }) => {
        const before = sources.find((source) => source.name === name)?.failures ?? 0;
        return { name, ok: problem === null, failures: problem === null ? before : before + 1, problem };
      });
    },
    house,
    keep: (target, kept) => void houses.set(target, kept),
    lastSuccess,
    generations,
    lastChanges,
    get oldWorkers() {
      return new Map([...houses].map(([target, { workers }]) => [target, workers.size]));
    },
    get sources() {
      return sources;
    },
  };
};
