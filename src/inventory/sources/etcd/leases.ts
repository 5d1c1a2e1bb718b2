import type { System } from '../../../platform/system.ts';
import { ask, type EtcdMember } from './ask.ts';
import { grantAnswer, keepAliveAnswer, writeAnswer } from './messages.ts';

/** A lease of so many seconds: what is written with it goes when it is not kept alive. */
export const grantLease = async (
  member: EtcdMember,
  seconds: number,
  system: System,
  signal: AbortSignal,
): Promise<string> =>
  (await ask(member, '/v3/lease/grant', { TTL: seconds }, grantAnswer, system, signal)).ID;

/** Keeps a lease alive; false where it has ended. */
export const keepLease = async (
  member: EtcdMember,
  lease: string,
  system: System,
  signal: AbortSignal,
): Promise<boolean> => {
  const { result } = await ask(member, '/v3/lease/keepalive', { ID: lease }, keepAliveAnswer, system, signal);
  return result.TTL !== '0';
};

/** Ends a lease, and all that was written with it. */
export const revokeLease = async (
  member: EtcdMember,
  lease: string,
  system: System,
  signal: AbortSignal,
): Promise<void> => void (await ask(member, '/v3/lease/revoke', { ID: lease }, writeAnswer, system, signal));
