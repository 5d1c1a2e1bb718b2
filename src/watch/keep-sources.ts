import type { AppListing } from '../inventory/believe-sources.ts';
import { type AppSources, askEach } from '../inventory/open-sources.ts';
import type { System } from '../platform/system.ts';
import { type KeptSource, keepSource } from './keep-source.ts';

/** The sources of a description that is followed. */
export interface SourceKeeper {
  /**
   * What the sources of a run say: those whose files tell of a change are asked, of the others what they said last. Those
   * that are new are asked from then on, those that are gone no more.
   */
  ask(apps: readonly AppSources[]): Promise<readonly AppListing[]>;
  stop(): Promise<void>;
}

/** Keeps sources that are to be asked by the clock; `onChange` is called when one says something else than a run was told. */
export const keepSources = (
  onChange: (source: string) => void,
  onError: (error: unknown) => void,
  system: System,
): SourceKeeper => {
  const ending = new AbortController();
  const kept = new Map<string, KeptSource>();

  return {
    ask: (apps) => {
      const wanted = new Map(
        apps.flatMap(({ sources }) =>
          sources.flatMap((source) => (source.intervalMs === null ? [] : [[source.key, source] as const])),
        ),
      );
      for (const [key, source] of kept) {
        if (wanted.has(key)) continue;
        kept.delete(key);
        void source.stop();
      }
      for (const [key, source] of wanted) {
        if (kept.has(key) || ending.signal.aborted) continue;
        kept.set(key, keepSource(source, { onChange: () => onChange(source.name), onError }, system));
      }
      return askEach(apps, (source) => kept.get(source.key)?.listing() ?? source.ask(system, ending.signal));
    },
    stop: async () => {
      ending.abort();
      await Promise.all([...kept.values()].map((source) => source.stop()));
    },
  };
};
