import { join } from 'node:path';
import { ownerOf } from '../inventory/owner-of.ts';
import type { System } from '../platform/system.ts';

/** A join writes or touches its files every few seconds: one that has not for so long has ended, whatever the clocks. */
const LONG_MS = 24 * 60 * 60 * 1000;

/** Removes files that joins wrote and have not kept for a day, and for as long as they count; their ids. What can't be removed stays. */
export const tidyFolder = async (
  folder: string,
  staleMs: number,
  system: Pick<System, 'listFolder' | 'ageOf' | 'readText' | 'removeFile'>,
): Promise<readonly string[]> => {
  const names = await system.listFolder(folder).catch(() => []);
  const removed: string[] = [];
  for (const name of names.filter((one) => one.endsWith('.json') && !one.startsWith('.'))) {
    const file = join(folder, name);
    try {
      if ((await system.ageOf(file)) <= Math.max(LONG_MS, staleMs)) continue;
      if (ownerOf(await system.readText(file)) === null) continue;
      await system.removeFile(file);
      removed.push(name.slice(0, -'.json'.length));
    } catch {
      // gone, or not to be read: it is nobody's matter here
    }
  }
  return removed;
};
