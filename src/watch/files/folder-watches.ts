import { lstat } from 'node:fs/promises';
import { type FolderWatch, watchFolder } from './watch-folder.ts';

/** The folders whose events are being told. */
export interface FolderWatches {
  /** Makes the set be these; true when one of them was not watched before, so that what it holds is to be looked at again. */
  set(folders: ReadonlySet<string>): Promise<boolean>;
  /** Forgets a folder and those below, for the path may lead to others now. */
  drop(folder: string): void;
  /** Ends all. */
  close(): Promise<void>;
}

interface Entry {
  readonly identity: string;
  readonly watch: Promise<FolderWatch>;
}

/** Watches no folder yet. Calls of `set` must not overlap. */
export const createFolderWatches = (
  onEvent: (folder: string, entry: string | null) => void,
  onError: (error: unknown) => void,
): FolderWatches => {
  const entries = new Map<string, Entry>();
  let closings: Promise<void>[] = [];

  const end = (folder: string, { watch }: Entry): void => {
    entries.delete(folder);
    closings.push(watch.then((watching) => watching.close()));
  };

  /** Chokidar shares what watches one path: the old folder's must be gone before the new one's can be had. */
  const settleClosings = async (): Promise<void> => {
    const old = closings;
    closings = [];
    await Promise.all(old);
  };

  return {
    set: async (folders) => {
      const identities = new Map<string, string>();
      for (const folder of folders) identities.set(folder, await identityOf(folder));
      for (const [folder, entry] of entries) {
        if (identities.get(folder) !== entry.identity) end(folder, entry);
      }
      await settleClosings();
      const missing = [...identities].filter(([folder]) => !entries.has(folder));
      for (const [folder, identity] of missing) {
        const watch = watchFolder(folder, (entry) => onEvent(folder, entry), onError);
        entries.set(folder, { identity, watch });
      }
      await Promise.all([...entries.values()].map(({ watch }) => watch));
      return missing.length > 0;
    },
    drop: (folder) => {
      for (const [path, entry] of entries) {
        if (path === folder || path.startsWith(`${folder}/`)) end(path, entry);
      }
    },
    close: async () => {
      for (const [folder, entry] of entries) end(folder, entry);
      await settleClosings();
    },
  };
};

/** A folder that was replaced is another, though its path is the same. */
const identityOf = async (folder: string): Promise<string> => {
  try {
    const { dev, ino } = await lstat(folder, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return 'missing';
  }
};
