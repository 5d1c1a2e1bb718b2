import type { Memory } from './settle-inventory.ts';

/**
 * The source that lists a node now; of several the first, as with the node itself. null where none does, so that it is known
 * from the last good list, or held. Pure.
 */
export const listedBy = (memory: Memory, app: string, id: string): string | null => {
  for (const [source, nodes] of memory.get(app)?.lists ?? []) {
    if (nodes.some((node) => node.id === id)) return source;
  }
  return null;
};
