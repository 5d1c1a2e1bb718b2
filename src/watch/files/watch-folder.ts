import { type FSWatcher, watch } from 'chokidar';

/** Tells of events in one folder, not of those in folders below, until it is closed. */
export interface FolderWatch {
  close(): void;
}

/**
 * Resolves when events of the folder's entries are being told; `entry` is null where the system does not say which.
 * A folder that can't be watched is an error that is told, and then nothing more is.
 */
export const watchFolder = async (
  folder: string,
  onEvent: (entry: string | null) => void,
  onError: (error: unknown) => void,
): Promise<FolderWatch> => {
  const watcher: FSWatcher = watch(folder, {
    depth: 0,
    ignoreInitial: true,
    // One watch for the folder tells of its files, too; a watch for each of them would be thousands in a big folder.
    ignored: (path) => path !== folder,
    followSymlinks: false,
    // Otherwise a folder with a name like those of editors' temporary files, as `old~`, is not watched.
    atomic: false,
    // A folder that may be passed but not read can't be watched; the poll is there for that.
    ignorePermissionErrors: true,
  });
  // Chokidar's other events wait, throttle and compare modification times; what an event means is decided elsewhere.
  watcher.on('raw', (_event, entry: unknown) => onEvent(typeof entry === 'string' ? entry : null));
  watcher.on('error', onError);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return { close: () => void watcher.close() };
};
