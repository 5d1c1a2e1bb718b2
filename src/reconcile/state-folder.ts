import { join } from 'node:path';
import { besides } from '../load/load-cluster.ts';

/** The folder for what must be remembered of a description. */
export const stateFolder = (description: string, written: string | null): string =>
  besides(description, written ?? '.meteor-lb');

/** The nodes that were believed last. */
export const inventoryFile = (folder: string): string => join(folder, 'inventory.json');

/** What each source said last. */
export const sourcesFile = (folder: string): string => join(folder, 'sources.json');

/** The states that nodes were given by command. */
export const statesFile = (folder: string): string => join(folder, 'states.json');
