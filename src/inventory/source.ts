import type { ListedEntry } from '../cluster/schema/node.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { System } from '../platform/system.ts';
import { countNodes, firstNamed, MOST_NODES, tooMany } from './limits.ts';
import { problem } from './problem.ts';
import type { NodeList, NoList } from './read-nodes.ts';

/** A place outside the description where nodes of an app are listed. */
export interface Source {
  /** For people, as `file nodes.yaml`. */
  readonly name: string;
  /** Files whose change means that the list may have changed. */
  readonly files: readonly string[];
  /** How often it is to be asked; null where its files tell. */
  readonly intervalMs: number | null;
  /** Asks once, and ends within a time; never rejects for what the source does, or when the signal comes. */
  ask(system: System, signal: AbortSignal): Promise<Listing>;
  /**
   * Tells each new list as soon as there is one, from what was asked last on. Ends when it is to be asked anew, at the latest after
   * the interval; never rejects for what the source does, or when the signal comes.
   */
  follow?(system: System, signal: AbortSignal, tell: (listing: Listing) => void): Promise<void>;
}

/** What a source said at one moment. */
export interface Listing {
  readonly source: string;
  /** null where it could not be had at all. */
  readonly entries: readonly ListedEntry[] | null;
  /** Why there are no entries, or which were left out. */
  readonly problems: readonly Diagnostic[];
  /** Milliseconds until the answer may be another though nothing tells of it. */
  readonly againInMs?: number;
}

/** How often a source is asked where the description does not say. */
export const DEFAULT_INTERVAL_MS = 10_000;

/** What was read of a source. More nodes than `most` are no list at all; of many that are left out some are named. */
export const listed = (source: string, list: NodeList | NoList, most = MOST_NODES): Listing => {
  if (!('entries' in list)) return { source, entries: null, problems: list.diagnostics };
  const count = countNodes(list.entries);
  if (count > most) return unreadable(source, tooMany(count));
  const problems = firstNamed(list.leftOut, (more) => problem('left-out', `${more} more that are wrong`));
  return { source, entries: list.entries, problems };
};

/** A listing of a source that could not be had. */
export const unreadable = (source: string, message: string, hint: string | null = null): Listing => ({
  source,
  entries: null,
  problems: [problem('source-unreadable', message, hint)],
});
