import { join } from 'node:path';
import { ownerOf } from '../inventory/owner-of.ts';
import type { System } from '../platform/system.ts';
import { systemReason } from '../platform/system-error.ts';
import { heldBy, type Owner } from './owner.ts';
import type { Place } from './place.ts';
import { tidyFolder } from './tidy-folder.ts';

const BEAT_MS = 5000;

/** A folder with a file a node, whose time of writing says that the node lives. */
export const directoryPlace = (
  folder: string,
  { owner, staleMs = BEAT_MS * 4 }: { readonly owner: Owner; readonly staleMs: number | undefined },
  system: System,
): Place => {
  const fileOf = (id: string): string => join(folder, `${id}.json`);

  /** null where it is not there. */
  const read = async (file: string): Promise<string | null> => {
    try {
      return (await system.readText(file)).trimEnd();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };

  /** Who else keeps a file; null where nobody has done so for long. */
  const otherOf = async (file: string, text: string): Promise<string | null> => {
    const other = owner.otherOf(text);
    return other === null || (await system.ageOf(file)) > staleMs ? null : other;
  };

  const put = async (file: string, text: string): Promise<string | null> => {
    const other = await otherOf(file, (await read(file)) ?? '');
    if (other !== null) return heldBy(other);
    await system.replaceFile(file, `${text}\n`);
    return null;
  };

  const remove = async (file: string): Promise<null> => {
    const text = (await read(file)) ?? '';
    if (ownerOf(text) !== null && (await otherOf(file, text)) === null) await system.removeFile(file);
    return null;
  };

  /** null where it is not there, undefined where it is another's or can't be read; touched where it is there. */
  const keep = async (file: string): Promise<string | null | undefined> => {
    const text = await read(file);
    if (text === null) return null;
    if (ownerOf(text) !== owner.name) return undefined;
    await system.touch(file);
    return text;
  };

  return {
    name: `directory ${folder}`,
    beatMs: Math.min(BEAT_MS, staleMs / 4),
    remains: 'what is listed there counts until it is `stale`',
    put: async (id, text) => {
      await system.makeFolder(folder);
      return inWords(put(fileOf(id), text));
    },
    remove: (id) => inWords(remove(fileOf(id))),
    keep: async (ids) => {
      const there = new Map<string, string | null>();
      for (const id of ids) {
        const text = await keep(fileOf(id)).catch(() => undefined);
        if (text !== undefined) there.set(id, text);
      }
      return there;
    },
    tidy: () => tidyFolder(folder, staleMs, system),
    close: async () => {},
  };
};

/** What is wrong with one file, and no matter of the others. */
const inWords = (work: Promise<string | null>): Promise<string | null> =>
  work.catch((error) => {
    const reason = systemReason(error);
    if (reason === null || OF_ALL.has(codeOf(error))) throw error;
    return reason;
  });

/** What is wrong with the folder or the disk. */
const OF_ALL: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EROFS', 'ENOSPC', 'EDQUOT']);

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
