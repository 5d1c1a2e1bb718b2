import { join } from 'node:path';
import type { System } from '../../platform/system.ts';
import { changedFiles } from './changed-files.ts';
import { createFolderWatches } from './folder-watches.ts';
import { type Lookup, type Trace, traceFile } from './trace-file.ts';

export interface WatchFilesOptions {
  /** How often files are looked at without any event, for file systems that have none; asked for each time. */
  readonly pollMs: number;
  /** Gets what hinders the watching, which goes on as well as it can. */
  onError(error: unknown): void;
  /** false: look only every pollMs. */
  readonly events?: boolean;
}

export interface FilesWatch {
  /**
   * Replaces the set of files; resolves when each change from then on will be told. What happened to a new file
   * before is not told, so it is to be read afterwards.
   */
  watch(files: readonly string[]): Promise<void>;
  /** Resolves when nothing more will be told. */
  close(): Promise<void>;
}

/**
 * Tells which of some files changed: was written, replaced, removed or created, or is reached through links or
 * folders that changed. A file, or its folder, may be missing. A folder among them changes with any file in it.
 */
export const watchFiles = (
  onChange: (file: string) => void,
  options: WatchFilesOptions,
  clock: Pick<System, 'sleep'>,
): FilesWatch => {
  const { onError, events = true } = options;
  const closing = new AbortController();
  const folders = createFolderWatches((folder, entry) => hear(folder, entry), onError);
  let traces = new Map<string, Trace | null>();
  const touched = new Set<string>();
  let looking: Promise<void> | null = null;
  let again = false;

  const hear = (folder: string, entry: string | null): void => {
    const concerned = [...traces].filter(([, trace]) => trace !== null && isOn(trace, folder, entry));
    if (concerned.length === 0) return;
    for (const [file, trace] of concerned) {
      const own = trace?.lookups.at(-1);
      if (entry !== null && own && leadsThrough(own, folder, entry)) touched.add(file);
    }
    if (entry !== null) folders.drop(join(folder, entry));
    void look();
  };

  /** One look at a time; one that is asked for meanwhile comes after it. */
  const look = (): Promise<void> => {
    again = true;
    looking ??= (async () => {
      try {
        while (again && !closing.signal.aborted) {
          again = false;
          await lookOnce();
        }
      } catch (error) {
        onError(error);
      } finally {
        looking = null;
      }
    })();
    return looking;
  };

  const lookOnce = async (): Promise<void> => {
    const known = traces;
    const named = new Set(touched);
    touched.clear();
    const found = new Map<string, Trace>();
    for (const file of known.keys()) found.set(file, await traceFile(file));
    if (known !== traces) {
      for (const file of named) touched.add(file);
      again = true;
      return;
    }
    traces = found;
    for (const file of changedFiles(known, found, named)) {
      if (closing.signal.aborted) return;
      onChange(file);
    }
    if (events && (await folders.set(foldersOf(found.values())))) again = true;
  };

  const poll = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await clock.sleep(options.pollMs, closing.signal);
      await look();
    }
  };
  const polling = poll().catch((error: unknown) => {
    if (!closing.signal.aborted) onError(error);
  });

  return {
    watch: async (files) => {
      traces = new Map(files.map((file) => [file, traces.get(file) ?? null]));
      await look();
    },
    close: async () => {
      closing.abort();
      await Promise.all([looking, polling]);
      await folders.close();
    },
  };
};

const isOn = ({ lookups }: Trace, folder: string, entry: string | null): boolean =>
  lookups.some((lookup) => leadsThrough(lookup, folder, entry));

const leadsThrough = (lookup: Lookup, folder: string, entry: string | null): boolean =>
  lookup.folder === folder && (entry === null || lookup.name === null || lookup.name === entry);

const foldersOf = (traces: Iterable<Trace>): ReadonlySet<string> =>
  new Set([...traces].flatMap(({ lookups }) => lookups.map(({ folder }) => folder)));
