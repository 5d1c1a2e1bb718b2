import { Resolver } from 'node:dns/promises';
import type { System } from './system.ts';

/** What a DNS server is asked. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: 'SRV' | 'A' | 'AAAA';
  /** `10.0.0.53`, `[2001:db8::53]:5353`; null for the system's own. */
  readonly server: string | null;
  /** For each of two tries. */
  readonly timeoutMs: number;
}

/** A record of an answer. */
export interface DnsRecord {
  /** An address, or the name that an SRV record has. */
  readonly host: string;
  /** Of SRV alone. */
  readonly port: number | null;
  readonly priority: number;
  readonly weight: number;
  /** Seconds; null where Node does not tell it, as for SRV. */
  readonly ttl: number | null;
}

/**
 * Asks a DNS server; empty where the name has no such record. Rejects with the code of the failure: ENOTFOUND for NXDOMAIN, ESERVFAIL,
 * ETIMEOUT …, ECANCELLED when the signal comes.
 */
export const lookUp: System['lookUp'] = async ({ name, type, server, timeoutMs }, signal) => {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (server !== null) resolver.setServers([server]);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel);
  try {
    signal.throwIfAborted();
    return await ask(resolver, name, type);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENODATA') return [];
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

const ask = async (
  resolver: Resolver,
  name: string,
  type: DnsQuestion['type'],
): Promise<readonly DnsRecord[]> => {
  if (type === 'SRV') {
    const found = await resolver.resolveSrv(name);
    return found.map(({ name: host, port, priority, weight }) => ({
      host,
      port,
      priority,
      weight,
      ttl: null,
    }));
  }
  const found =
    type === 'A'
      ? await resolver.resolve4(name, { ttl: true })
      : await resolver.resolve6(name, { ttl: true });
  return found.map(({ address, ttl }) => ({ host: address, port: null, priority: 0, weight: 0, ttl }));
};
