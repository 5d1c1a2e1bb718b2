import type { SourceOf } from '../cluster/schema/source.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { networkReason } from '../inventory/network-reason.ts';
import { ownerOf } from '../inventory/owner-of.ts';
import { EtcdError, type EtcdMember } from '../inventory/sources/etcd/ask.ts';
import { grantLease, keepLease, revokeLease } from '../inventory/sources/etcd/leases.ts';
import { openMember } from '../inventory/sources/etcd/open-member.ts';
import { type EtcdValue, putKey, readValues, removeKey } from '../inventory/sources/etcd/own-keys.ts';
import type { System } from '../platform/system.ts';
import { heldBy, type Owner } from './owner.ts';
import type { Place } from './place.ts';

/** A node that is not kept alive goes after so long. */
const LEASE_S = 10;
const BEAT_MS = 3000;
const CROSSED = 'someone else wrote it in the same moment';

/** A prefix in etcd with a key a node; all keys have one lease. Of several members the next one is asked where one fails. */
export const etcdPlace = (
  settings: SourceOf<'etcd'>['etcd'],
  owner: Owner,
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

  const find = async (member: EtcdMember, key: string, signal: AbortSignal): Promise<EtcdValue | undefined> =>
    (await readValues(member, [key], system, signal)).get(key);

  /** Who else keeps a key; what has no lease is kept by nobody. */
  const otherOf = (found: EtcdValue | undefined): string | null =>
    found === undefined || found.lease === '0' || found.lease === lease ? null : owner.otherOf(found.value);

  const put = (id: string, value: string, signal: AbortSignal): Promise<string | null> =>
    withMember(signal, async (member) => {
      const key = `${prefix}${id}`;
      const found = await find(member, key, signal);
      const other = otherOf(found);
      if (other !== null) return heldBy(other);
      lease ??= await grantLease(member, LEASE_S, system, signal);
      return (await putKey(member, { key, value, lease }, found, system, signal)) ? null : CROSSED;
    });

  const remove = (id: string, signal: AbortSignal): Promise<string | null> =>
    withMember(signal, async (member) => {
      const key = `${prefix}${id}`;
      const found = await find(member, key, signal);
      if (found === undefined || ownerOf(found.value) === null || otherOf(found) !== null) return null;
      return (await removeKey(member, key, found, system, signal)) ? null : CROSSED;
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
        return await put(id, value, signal);
      } catch (error) {
        if (!isLost(error)) throw error;
        lease = null;
        return put(id, value, signal);
      }
    },
    remove,
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
    tidy: async () => [], // leases end by themselves
    close: async (signal) => {
      const own = lease;
      lease = null;
      if (own === null) return;
      await withMember(signal, (member) => revokeLease(member, own, system, signal)).catch((error) => {
        if (!isLost(error)) throw error;
      });
    },
  };
};

/** etcd knows the lease no more. */
const isLost = (error: unknown): boolean =>
  error instanceof EtcdError && error.message.includes('lease not found');
