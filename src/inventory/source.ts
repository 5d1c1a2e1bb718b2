import type { NodeEntry } from '../cluster/schema/node.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Platform } from '../platform/platform.ts';

/** A place outside the description where nodes of an app are listed. */
export interface Source {
  /** For people, as `file nodes.yaml`; unique in its app. */
  readonly name: string;
  /** Files whose change means that the list may have changed. */
  readonly files: readonly string[];
  /** Asks once; never rejects for what the source does. */
  ask(platform: Platform): Promise<Listing>;
}

/** What a source said at one moment. */
export interface Listing {
  readonly source: string;
  /** null where it could not be had at all. */
  readonly entries: readonly NodeEntry[] | null;
  /** Why there are no entries, or which were left out. */
  readonly problems: readonly Diagnostic[];
}
