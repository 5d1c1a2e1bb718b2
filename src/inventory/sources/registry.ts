import { kindOf, type SourceEntry, type SourceKind, type SourceOf } from '../../cluster/schema/source.ts';
import type { Source } from '../source.ts';
import { commandSource } from './command/command-source.ts';
import { directorySource } from './directory/directory-source.ts';
import { dnsSource } from './dns/dns-source.ts';
import { etcdSource } from './etcd/etcd-source.ts';
import { fileSource } from './file/file-source.ts';
import { httpSource } from './http/http-source.ts';

/** What a source needs to know besides its own settings. */
export interface OpeningContext {
  /** Makes a path of the description relative to where the description is. */
  readonly resolve: (path: string) => string;
}

type Openers = {
  readonly [Kind in SourceKind]: (written: SourceOf<Kind>, context: OpeningContext) => Source;
};

const openers: Openers = {
  file: ({ file }, { resolve }) => fileSource(resolve(file)),
  directory: (written, { resolve }) => directorySource(written, resolve),
  dns: (written) => dnsSource(written),
  etcd: (written, { resolve }) => etcdSource(written, resolve),
  http: (written, { resolve }) => httpSource(written, resolve),
  command: (written, { resolve }) => commandSource(written, resolve),
};

/** The source that an entry of `inventory` names; nothing is asked yet. */
export const openSource = (written: SourceEntry, context: OpeningContext): Source => {
  const open = openers[kindOf(written)] as (written: SourceEntry, context: OpeningContext) => Source;
  return open(written, context);
};
