import { join } from 'node:path';
import type { SourceOf } from '../../../cluster/schema/source.ts';
import { LbError } from '../../../diagnostics/lb-error.ts';
import { isMissing, readUserFile } from '../../../load/read-file.ts';
import type { System } from '../../../platform/system.ts';
import { systemReason } from '../../../platform/system-error.ts';
import { LONGEST_NODE, MOST_NODES } from '../../limits.ts';
import { ownerOf } from '../../owner-of.ts';
import { problem } from '../../problem.ts';
import { readNode } from '../../read-node.ts';
import type { NodeList } from '../../read-nodes.ts';
import { listed, type Source, unreadable } from '../../source.ts';

/** Files of one node each, in a folder: YAML, JSON, or host:port. The file's name without its ending is the node's id. */
export const directorySource = (
  { directory, stale }: SourceOf<'directory'>,
  resolve: (path: string) => string,
): Source => {
  const folder = resolve(directory);
  const source = `directory ${folder}`;
  return {
    name: source,
    files: [folder],
    intervalMs: null,
    ask: async (system) => {
      try {
        const names = (await system.listFolder(folder)).filter(isNode);
        if (names.length > MOST_NODES)
          return unreadable(
            source,
            `${folder} has ${names.length} files, of which each is a node, and more than ${MOST_NODES} nodes are not taken`,
          );
        const read: ReadFile[] = [];
        for (const name of names) read.push(await readFile(join(folder, name), name, stale ?? null, system));
        const waits = read.flatMap(({ againInMs }) => (againInMs === null ? [] : [againInMs]));
        return {
          ...listed(source, {
            entries: read.flatMap(({ entries }) => entries),
            leftOut: read.flatMap(({ leftOut }) => leftOut),
          }),
          ...(waits.length > 0 ? { againInMs: Math.min(...waits) } : {}),
        };
      } catch (error) {
        const reason = systemReason(error);
        if (reason === null) throw error;
        const hint = isMissing(error) ? `create it with mkdir -p ${folder}, or correct \`directory\`` : null;
        return unreadable(source, `${folder} can not be read: ${reason}`, hint);
      }
    },
  };
};

interface ReadFile extends NodeList {
  /** Milliseconds until it does not count any more. */
  readonly againInMs: number | null;
}

/** That a node which had listed itself has gone is news for so long. A file that somebody else wrote is a mistake as long as it lies there. */
const TOLD_MS = 60 * 60 * 1000;

/** Neither hidden nor what editors and writers leave for a moment. */
const isNode = (name: string): boolean => !/^\.|~$|\.(tmp|new|swp|lock)$/.test(name);

const readFile = async (
  file: string,
  name: string,
  staleMs: number | null,
  system: System,
): Promise<ReadFile> => {
  try {
    const leftMs = staleMs === null ? null : staleMs - (await system.ageOf(file));
    const text = await readUserFile(file, { failure: 'inventory', maxBytes: LONGEST_NODE }, system);
    if (leftMs !== null && leftMs < 0) {
      const isTold = ownerOf(text) === null || leftMs > -TOLD_MS;
      const leftOut = isTold
        ? [problem('left-out', `${file} was not written for longer than \`stale\``)]
        : [];
      return { entries: [], leftOut, againInMs: null };
    }
    const list = readNode(text, file, name.replace(/\.(ya?ml|json|txt)$/, ''));
    return { ...list, againInMs: leftMs === null ? null : leftMs + 1 };
  } catch (error) {
    if (isMissing(error)) return { entries: [], leftOut: [], againInMs: null }; // since the folder was read
    const reason = error instanceof LbError ? error.message : systemReason(error);
    if (reason === null) throw error;
    return { entries: [], leftOut: [problem('left-out', reason)], againInMs: null };
  }
};
