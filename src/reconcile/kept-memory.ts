import type { Memory } from '../inventory/memory.ts';
import { readMemory, writeMemory } from '../inventory/memory-file.ts';
import type { System } from '../platform/system.ts';
import { understood } from './publish-output.ts';
import { inventoryFile, sourcesFile } from './state-folder.ts';

/** What is written here is read, however long: a text in Node has no more. */
const MAX_BYTES = 512 * 1024 * 1024;

/** What was remembered in a state folder. */
export const readKept = async (folder: string, system: System): Promise<Memory> => {
  const read = (file: string) => system.readText(file, MAX_BYTES).catch(() => null); // it is the first time, or it can't be had
  return readMemory({ believed: await read(inventoryFile(folder)), lists: await read(sourcesFile(folder)) });
};

/** Writes down what is believed now, where it is not the same as before. Throws LbError where the system does not let it. */
export const keepMemory = async (
  folder: string,
  before: Memory,
  after: Memory,
  system: System,
): Promise<void> => {
  const known = writeMemory(before);
  const { believed, lists } = writeMemory(after);
  try {
    await system.makeFolder(folder);
    if (lists !== known.lists) await system.replaceFile(sourcesFile(folder), lists);
    if (believed !== known.believed) await system.replaceFile(inventoryFile(folder), believed);
  } catch (error) {
    throw understood(error, folder);
  }
};
