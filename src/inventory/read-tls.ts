import type { TlsFiles } from '../cluster/schema/access.ts';
import { readUserFile } from '../load/read-file.ts';
import type { WebRequest } from '../platform/open-web.ts';
import type { System } from '../platform/system.ts';

/** What the files of certificates hold now. Throws LbError where one can't be read. */
export const readTls = async (
  { ca, cert, key }: TlsFiles,
  resolve: (path: string) => string,
  system: System,
): Promise<NonNullable<WebRequest['tls']>> => {
  const read = async (name: string, file: string | undefined) =>
    file === undefined ? {} : { [name]: await readUserFile(resolve(file), { failure: 'inventory' }, system) };
  return { ...(await read('ca', ca)), ...(await read('cert', cert)), ...(await read('key', key)) };
};
