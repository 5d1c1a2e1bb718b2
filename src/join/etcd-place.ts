import type { SourceOf } from '../cluster/schema/source.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { networkReason } from '../inventory/network-reason.ts';
import {
  EtcdError,
  type EtcdMember,
  grantLease,
  keepLease,
  putKey,
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
  const { signal } = new AbortController();
  let endpoints = settings.endpoints;
  let reached: EtcdMember | null = null;
  let lease: string | null = null;
  /** Nodes whose keys have the lease. */
  const kept = new Set<string>();
  const lose = (): void => {
    lease = null;
    kept.clear();
  };

  const withMember = async <Value>(act: (member: EtcdMember) => Promise<Value>): Promise<Value> => {
    const failures: string[] = [];
    for (const endpoint of [...endpoints]) {
      try {
        reached ??= await openMember(endpoint, settings, resolve, system, signal);
        return await act(reached);
      } catch (error) {
        reached = null; // its token may have ended
        if (error instanceof LbError || isLost(error)) throw error;
        failures.push(`${endpoint}: ${error instanceof EtcdError ? error.message : networkReason(error)}`);
        const [first = '', ...others] = endpoints;
        endpoints = [...others, first];
      }
    }
    throw new LbError('inventory', failures.join('; '));
  };

  const put = async (id: string, value: string): Promise<void> => {
    await withMember(async (member) => {
      lease ??= await grantLease(member, LEASE_S, system, signal);
      await putKey(member, { key: `${prefix}${id}`, value, lease }, system, signal);
      kept.add(id);
    });
  };

  return {
    name: `etcd ${prefix}`,
    beatMs: BEAT_MS,
    put: async (id, value) => {
      try {
        await put(id, value);
      } catch (error) {
        if (!isLost(error)) throw error;
        lose();
        await put(id, value);
      }
    },
    remove: (id) => withMember((member) => removeKey(member, `${prefix}${id}`, system, signal)),
    keep: async (ids) => {
      const own = lease;
      if (own === null) return ids;
      const lives = await withMember((member) => keepLease(member, own, system, signal)).catch((error) => {
        if (!isLost(error)) throw error;
        return false;
      });
      if (!lives) lose();
      return ids.filter((id) => !kept.has(id));
    },
    close: async () => {
      const own = lease;
      lose();
      if (own !== null) await withMember((member) => revokeLease(member, own, system, signal));
    },
  };
};

/** etcd knows the lease no more. */
const isLost = (error: unknown): boolean =>
  error instanceof EtcdError && error.message.includes('lease not found');
