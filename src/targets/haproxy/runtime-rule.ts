import { addressText } from '../../cluster/cluster.ts';
import type { RuntimeRule } from '../../plan/change.ts';
import type { Server } from '../../plan/proxy-plan.ts';
import type { Version } from '../version.ts';
import { type HaproxyFeatures, haproxyFeatures } from './versions.ts';

/** Why only a reload can add or remove a server; null where HAProxy can do it while it runs. */
export const onlyByReload = (
  { address, backup }: Server,
  { cookieAtRunTime }: HaproxyFeatures,
): string | null => {
  if (backup) return 'it is a backup';
  if (address.kind === 'name') return 'its host is a name, which HAProxy looks up at start alone';
  if (address.kind === 'socket' && !cookieAtRunTime) return 'its address is a Unix socket';
  return null;
};

/** What HAProxy can do with a server while it runs, by version. */
export const haproxyRuntimeRule = (version: Version): RuntimeRule => {
  const features = haproxyFeatures(version);
  return (update) => {
    const { server } = update;
    if (update.kind !== 'alter') return onlyByReload(server, features);
    const { before } = update;
    if (addressText(before.address) !== addressText(server.address)) return 'it has another address';
    if (before.cookie !== server.cookie) return 'it has another cookie value';
    if (before.backup !== server.backup) return server.backup ? 'it is a backup now' : 'it was a backup';
    return null;
  };
};
