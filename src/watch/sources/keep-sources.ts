import type { AppListing } from '../../inventory/believe-sources.ts';
import { type AppSources, askEach, type OpenSource } from '../../inventory/open-sources.ts';
import type { System } from '../../platform/system.ts';
import { type KeptFiles, keepFiles } from './keep-files.ts';
import { type KeptSource, keepSource } from './keep-source.ts';

/** The sources of a description that is followed. */
export interface SourceKeeper {
  /**
   * What the sources of a run say: those whose files tell of a change are asked, of the others what they said last. Those
   * that are new are asked from then on, those that are gone no more.
   */
  ask(apps: readonly AppSources[]): Promise<readonly AppListing[]>;
  /** Tells that a file changed; false where no source lists nodes there, so that it means something else. */
  touched(file: string): boolean;
  stop(): Promise<void>;
}

/** What a source says is not what a run was told. `isShared`: others may see the same, as it is no file. */
type OnChange = (source: string, isShared: boolean) => void;

interface Kept extends Pick<KeptSource, 'listing' | 'stop'> {
  readonly files: readonly string[];
  readonly touched: KeptFiles['touched'];
}

/** Keeps sources; `onChange` is called when one says something else than a run was told. */
export const keepSources = (
  onChange: OnChange,
  onError: (error: unknown) => void,
  system: System,
): SourceKeeper => {
  const ending = new AbortController();
  const kept = new Map<string, Kept>();

  const keep = (source: OpenSource): Kept => {
    const isShared = source.intervalMs !== null;
    const hearers = { onChange: () => onChange(source.name, isShared), onError };
    const { files } = source;
    return isShared
      ? { ...keepSource(source, hearers, system), files, touched: () => {} }
      : { ...keepFiles(source, hearers, system), files };
  };

  return {
    ask: (apps) => {
      const wanted = new Map(apps.flatMap(({ sources }) => sources.map((source) => [source.key, source])));
      for (const [key, source] of kept) {
        if (wanted.has(key)) continue;
        kept.delete(key);
        void source.stop();
      }
      for (const [key, source] of wanted) {
        if (!kept.has(key) && !ending.signal.aborted) kept.set(key, keep(source));
      }
      return askEach(apps, (source) => kept.get(source.key)?.listing() ?? source.ask(system, ending.signal));
    },
    touched: (file) => {
      const concerned = [...kept.values()].filter(({ files }) => files.includes(file));
      for (const source of concerned) source.touched();
      return concerned.length > 0;
    },
    stop: async () => {
      ending.abort();
      await Promise.all([...kept.values()].map((source) => source.stop()));
    },
  };
};
