import type { SourceOf } from '../cluster/schema/source.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { networkReason } from '../inventory/network-reason.ts';
import {
  EtcdError,
  type EtcdMember,
  grantLease,
  keepLease,
  putKey,
  readValues,
  removeKey,
  revokeLease,
} from '../inventory/sources/etcd/ask-etcd.ts';
import { openMember } from '../inventory/sources/etcd/open-member.ts';
import type { System } from '../platform/system.ts';
import type { Place } from './place.ts';

/** A node that is not kept alive goes after so long. */
const LEASE_S = 10;
const BEAT_MS = 3000;

/** A prefix in etcd with a key a node; all keys have one lease. Of several members the next one is asked where one fails. */
export const etcdPlace = (
  settings: SourceOf<'etcd'>['etcd'],
  resolve: (path: string) => string,
  system: System,
): Place => {
  const prefix = settings.prefix.replace(/\/*$/, '/');
  let endpoints = settings.endpoints;
  let reached: EtcdMember | null = null;
  let lease: string | null = null;

  const withMember = async <Value>(
    signal: AbortSignal,
    act: (member: EtcdMember) => Promise<Value>,
  ): Promise<Value> => {
    const failures: string[] = [];
    for (const endpoint of [...endpoints]) {
      try {
        reached ??= await openMember(endpoint, settings, resolve, system, signal);
        return await act(reached);
      } catch (error) {
        reached = null; // its token may have ended
        if (signal.aborted || error instanceof LbError || isLost(error)) throw error;
        failures.push(`${endpoint}: ${error instanceof EtcdError ? error.message : networkReason(error)}`);
        const [first = '', ...others] = endpoints;
        endpoints = [...others, first];
      }
    }
    throw new LbError('inventory', failures.join('; '));
  };

  const put = (id: string, value: string, signal: AbortSignal): Promise<void> =>
    withMember(signal, async (member) => {
      lease ??= await grantLease(member, LEASE_S, system, signal);
      await putKey(member, { key: `${prefix}${id}`, value, lease }, system, signal);
    });

  const keepAlive = async (own: string, signal: AbortSignal): Promise<boolean> => {
    try {
      return await withMember(signal, (member) => keepLease(member, own, system, signal));
    } catch (error) {
      if (!isLost(error)) throw error;
      return false;
    }
  };

  return {
    name: `etcd ${prefix}`,
    beatMs: BEAT_MS,
    remains: `what is listed there goes when its lease ends, within ${LEASE_S} s`,
    put: async (id, value, signal) => {
      try {
        await put(id, value, signal);
      } catch (error) {
        if (!isLost(error)) throw error;
        lease = null;
        await put(id, value, signal);
      }
    },
    remove: (id, signal) =>
      withMember(signal, (member) => removeKey(member, `${prefix}${id}`, system, signal)),
    keep: async (ids, signal) => {
      if (lease !== null && !(await keepAlive(lease, signal))) lease = null;
      const keys = ids.map((id) => `${prefix}${id}`);
      const values = await withMember(signal, (member) => readValues(member, keys, system, signal));
      const there = new Map<string, string | null>();
      for (const id of ids) {
        const found = values.get(`${prefix}${id}`);
        if (found === undefined) there.set(id, null);
        else if (found.lease === lease) there.set(id, found.value);
      }
      return there;
    },
    close: async (signal) => {
      const own = lease;
      lease = null;
      if (own !== null) await withMember(signal, (member) => revokeLease(member, own, system, signal));
    },
  };
};

/** etcd knows the lease no more. */
const isLost = (error: unknown): boolean =>
  error instanceof EtcdError && error.message.includes('lease not found');
