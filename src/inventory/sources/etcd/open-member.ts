import type { SourceOf } from '../../../cluster/schema/source.ts';
import { readUserFile } from '../../../load/read-file.ts';
import type { System } from '../../../platform/system.ts';
import { readSecret } from '../../read-secret.ts';
import { authenticate, type EtcdMember } from './ask-etcd.ts';

type Settings = SourceOf<'etcd'>['etcd'];

/**
 * A member with what its files hold now and, where there is a user, a new token. Rejects with LbError where a file can't be read, and as
 * `authenticate` does.
 */
export const openMember = async (
  endpoint: string,
  { user, passwordFile, ca, cert, key }: Settings,
  resolve: (path: string) => string,
  system: System,
  signal: AbortSignal,
): Promise<EtcdMember> => {
  const read = async (name: string, file: string | undefined) =>
    file === undefined ? {} : { [name]: await readUserFile(resolve(file), { failure: 'inventory' }, system) };
  const tls = { ...(await read('ca', ca)), ...(await read('cert', cert)), ...(await read('key', key)) };
  const member = { endpoint, tls, token: null };
  if (user === undefined || passwordFile === undefined) return member;
  const password = await readSecret(resolve(passwordFile), system);
  return { ...member, token: await authenticate(member, { name: user, password }, system, signal) };
};
