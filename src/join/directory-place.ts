import { join } from 'node:path';
import type { System } from '../platform/system.ts';
import type { Place } from './place.ts';

const BEAT_MS = 5000;

/** A folder with a file a node, whose time of writing says that the node lives. */
export const directoryPlace = (folder: string, staleMs: number | null, system: System): Place => {
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  return {
    name: `directory ${folder}`,
    beatMs: Math.min(BEAT_MS, (staleMs ?? BEAT_MS * 4) / 4),
    put: async (id, text) => {
      await system.makeFolder(folder);
      await system.replaceFile(fileOf(id), `${text}\n`);
    },
    remove: (id) => system.removeFile(fileOf(id)),
    keep: async (ids) => {
      const lost: string[] = [];
      for (const id of ids) {
        try {
          await system.touch(fileOf(id));
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
          lost.push(id);
        }
      }
      return lost;
    },
    close: async () => {},
  };
};
