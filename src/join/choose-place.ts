import { kindOf, type SourceEntry, type SourceOf } from '../cluster/schema/source.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { System } from '../platform/system.ts';
import type { DescribedApp } from './describe-app.ts';
import { directoryPlace } from './directory-place.ts';
import { etcdPlace } from './etcd-place.ts';
import type { Owner } from './owner.ts';
import type { Place } from './place.ts';

/** A source that nodes can list themselves in. */
export type WritableSource = SourceOf<'directory'> | SourceOf<'etcd'>;

/** A source, and where its paths lead. */
export interface ChosenSource {
  readonly source: WritableSource;
  resolve(path: string): string;
}

/**
 * The one that was named, or the first of an app's sources that can be written; throws LbError where there is none. A directory that was
 * named gets its `stale` from the description, where that has the same one. Pure, but for what `resolve` does.
 */
export const chooseSource = (
  app: string,
  named: WritableSource | undefined,
  described: Pick<DescribedApp, 'inventory' | 'resolve'> | null,
  resolve: (path: string) => string,
): ChosenSource => {
  const inventory = described?.inventory ?? [];
  if (named !== undefined) {
    if (!('directory' in named)) return { source: named, resolve };
    const folder = resolve(named.directory);
    const isSame = ({ directory }: SourceOf<'directory'>): boolean =>
      resolve(described?.resolve(directory) ?? directory) === folder;
    const same = inventory.filter(isDirectory).find(isSame);
    return { source: { ...same, directory: folder }, resolve };
  }
  const found = inventory.find((entry) => kindOf(entry) === 'directory' || kindOf(entry) === 'etcd');
  if (found !== undefined && described !== null)
    return { source: found as WritableSource, resolve: described.resolve };
  throw new LbError('usage', `the inventory of ${app} has neither a directory nor an etcd to be listed in`, {
    hint: 'add one to the description, or say where with --directory DIR or --etcd URL --prefix P',
  });
};

const isDirectory = (entry: SourceEntry): entry is SourceOf<'directory'> => kindOf(entry) === 'directory';

export const openPlace = ({ source, resolve }: ChosenSource, owner: Owner, system: System): Place =>
  'etcd' in source
    ? etcdPlace(source.etcd, owner, resolve, system)
    : directoryPlace(resolve(source.directory), { owner, staleMs: source.stale }, system);
