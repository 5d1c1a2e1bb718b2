import type { DnsQuestion, DnsRecord } from '../../../platform/look-up.ts';

/** Asks for records of a name; null where there is no such name (NXDOMAIN). Rejects where that can't be known. */
export type Find = (name: string, type: DnsQuestion['type']) => Promise<readonly DnsRecord[] | null>;

/** Where SRV records lead. */
export interface Reached {
  /** The records with an address in the place of each name, good for the shorter of both times. */
  readonly records: readonly DnsRecord[];
  /** Names that have no address. */
  readonly dead: readonly string[];
}

const AT_A_TIME = 32;

/**
 * Asks for the addresses of the names that SRV records have: IPv4, or IPv6 where a name has no other. So a proxy gets addresses, whichever server
 * knows the names. Rejects as `find` does.
 */
export const reachTargets = async (records: readonly DnsRecord[], find: Find): Promise<Reached> => {
  const services = records.filter(({ host }) => host !== '.'); // which says that there is no such service
  const names = [...new Set(services.map(nameOf))];
  const found = new Map<string, readonly DnsRecord[]>();
  for (let from = 0; from < names.length; from += AT_A_TIME) {
    const some = names.slice(from, from + AT_A_TIME);
    const addresses = await Promise.all(some.map((name) => addressesOf(name, find)));
    for (const [at, name] of some.entries()) found.set(name, addresses[at] ?? []);
  }
  return {
    records: services.flatMap((service) =>
      (found.get(nameOf(service)) ?? []).map(({ host, ttl }) => ({
        ...service,
        host,
        ttl: Math.min(service.ttl, ttl),
      })),
    ),
    dead: names.filter((name) => found.get(name)?.length === 0),
  };
};

const nameOf = ({ host }: DnsRecord): string => host.toLowerCase();

const addressesOf = async (name: string, find: Find): Promise<readonly DnsRecord[]> => {
  const addresses = await find(name, 'A');
  if (addresses === null || addresses.length > 0) return addresses ?? [];
  return (await find(name, 'AAAA')) ?? [];
};
