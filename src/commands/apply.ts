import type { System } from '../platform/system.ts';
import { type RunOptions, type RunReport, run } from '../reconcile/run.ts';
import { remembersHere } from './kept-outputs.ts';

/** Brings the outputs of a description to what it says, once. Throws LbError where there is nothing to publish. */
export const apply = async (options: Omit<RunOptions, 'reload'>, system: System): Promise<RunReport> => {
  const locks = new Map();
  try {
    const memory = { nodes: null, locks, remembers: remembersHere(system) };
    return await run({ ...options, reload: true }, memory, system);
  } finally {
    for (const lock of locks.values()) await lock.release();
  }
};
