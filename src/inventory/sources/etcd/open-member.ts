import type { SourceOf } from '../../../cluster/schema/source.ts';
import type { System } from '../../../platform/system.ts';
import { readLogin } from '../../read-login.ts';
import { readTls } from '../../read-tls.ts';
import { authenticate, type EtcdMember } from './ask.ts';

type Settings = SourceOf<'etcd'>['etcd'];

/**
 * A member with what its files hold now and, where there is a user, a new token. Rejects with LbError where a file can't be read, and as
 * `authenticate` does.
 */
export const openMember = async (
  endpoint: string,
  settings: Settings,
  resolve: (path: string) => string,
  system: System,
  signal: AbortSignal,
): Promise<EtcdMember> => {
  const member = { endpoint, tls: await readTls(settings, resolve, system), token: null };
  const login = await readLogin(settings, resolve, system);
  return login === null ? member : { ...member, token: await authenticate(member, login, system, signal) };
};
