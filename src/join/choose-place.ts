import { kindOf, type SourceEntry, type SourceOf } from '../cluster/schema/source.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { System } from '../platform/system.ts';
import { directoryPlace } from './directory-place.ts';
import { etcdPlace } from './etcd-place.ts';
import type { Place } from './place.ts';

/** A source that nodes can list themselves in. */
export type WritableSource = SourceOf<'directory'> | SourceOf<'etcd'>;

/** The first of an app's sources that can be written; throws LbError where there is none. Pure. */
export const chooseSource = (app: string, inventory: readonly SourceEntry[]): WritableSource => {
  const found = inventory.find((entry) => kindOf(entry) === 'directory' || kindOf(entry) === 'etcd');
  if (found !== undefined) return found as WritableSource;
  throw new LbError('usage', `the inventory of ${app} has neither a directory nor an etcd to be listed in`, {
    hint: 'add one to the description, or say where with --directory DIR or --etcd URL --prefix P',
  });
};

export const openPlace = (
  source: WritableSource,
  resolve: (path: string) => string,
  system: System,
): Place =>
  'etcd' in source
    ? etcdPlace(source.etcd, resolve, system)
    : directoryPlace(resolve(source.directory), source.stale ?? null, system);
