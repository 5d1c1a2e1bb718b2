import { join } from 'node:path';
import type { System } from '../platform/system.ts';
import type { Place } from './place.ts';

const BEAT_MS = 5000;

/** A folder with a file a node, whose time of writing says that the node lives. */
export const directoryPlace = (folder: string, staleMs: number | null, system: System): Place => {
  const fileOf = (id: string): string => join(folder, `${id}.json`);

  /** null where it is not there; touched where it is. */
  const keep = async (file: string): Promise<string | null> => {
    try {
      const text = await system.readText(file);
      await system.touch(file);
      return text.trimEnd();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  };

  return {
    name: `directory ${folder}`,
    beatMs: Math.min(BEAT_MS, (staleMs ?? BEAT_MS * 4) / 4),
    remains: 'what is listed there counts until it is `stale`',
    put: async (id, text) => {
      await system.makeFolder(folder);
      await system.replaceFile(fileOf(id), `${text}\n`);
    },
    remove: (id) => system.removeFile(fileOf(id)),
    keep: async (ids) => {
      const there = new Map<string, string | null>();
      for (const id of ids) there.set(id, await keep(fileOf(id)));
      return there;
    },
    close: async () => {},
  };
};
