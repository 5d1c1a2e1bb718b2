import type { Path } from '../../diagnostics/diagnostic.ts';
import type { Cluster } from '../cluster.ts';
import { type Finding, finding } from './finding.ts';

/** A file that the proxy will read, and who names it. */
export interface NamedFile {
  readonly file: string;
  readonly path: Path;
}

/** Files of the proxy's machine that a description names. */
export const namedFiles = ({ listen, apps }: Cluster): readonly NamedFile[] => [
  ...listen.flatMap(({ tls }, index) => [
    ...named(tls?.certificate, ['listen', index, 'tls', 'certificate']),
    ...named(tls?.key, ['listen', index, 'tls', 'key']),
  ]),
  ...apps.flatMap(({ id, maintenance }) => named(maintenance?.page, ['apps', id, 'maintenance', 'page'])),
];

const named = (file: string | undefined, path: Path): readonly NamedFile[] =>
  file === undefined ? [] : [{ file, path }];

/** What to say of those that are not here. */
export const missingFile = ({ file, path }: NamedFile): Finding =>
  finding(
    'warning',
    'missing-file',
    path,
    `${file} is not on this machine`,
    'no matter if the proxy runs on another machine that has it',
  );
