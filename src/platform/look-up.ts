import { getServers } from 'node:dns';
import type { Answer, DecodedPacket } from 'dns-packet';
import { timedSignal } from './timed-signal.ts';

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
  /** Seconds that it is good for; the least of those of the names that led there. */
  readonly ttl: number;
}

const TRIES = 2;

/**
 * Asks a DNS server, or the system's own one after another, each again where all failed; empty where the name has no such record. Rejects with the
 * code of the last failure: ENOTFOUND for NXDOMAIN, ESERVFAIL, EREFUSED, ETIMEDOUT …, or when the signal comes.
 */
export const lookUp = async (
  { name, type, server, timeoutMs }: DnsQuestion,
  outer: AbortSignal,
): Promise<readonly DnsRecord[]> => {
  const { askDns } = await import('./ask-dns.ts');
  const servers = server === null ? getServers() : [server];
  let failure: unknown = failed('ECONNREFUSED');
  for (const one of Array.from({ length: TRIES }, () => servers).flat()) {
    const { signal, end } = timedSignal(outer, timeoutMs);
    try {
      outer.throwIfAborted();
      return recordsOf(await askDns({ name, type }, one, signal), type);
    } catch (error) {
      failure = error;
      if (outer.aborted || isFinal(error)) break;
    } finally {
      end();
    }
  }
  throw failure;
};

/** There is no such name, whoever is asked. */
const isFinal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOTFOUND';

const recordsOf = (
  { answers = [], ...packet }: DecodedPacket,
  type: DnsQuestion['type'],
): readonly DnsRecord[] => {
  const { rcode } = packet as { rcode?: string };
  if (rcode !== 'NOERROR') throw failed(CODES[rcode ?? ''] ?? rcode ?? 'EBADRESP');
  const ttl = Math.min(...answers.map((answer) => ('ttl' in answer ? (answer.ttl ?? 0) : 0)));
  return answers.flatMap((answer) => (answer.type === type ? recordOf(answer, ttl) : []));
};

const recordOf = (answer: Answer, ttl: number): readonly DnsRecord[] => {
  if (answer.type === 'SRV') {
    const { target, port, priority = 0, weight = 0 } = answer.data;
    return [{ host: target, port, priority, weight, ttl }];
  }
  if (answer.type !== 'A' && answer.type !== 'AAAA') return [];
  return [{ host: answer.data, port: null, priority: 0, weight: 0, ttl }];
};

const CODES: Readonly<Record<string, string>> = {
  NXDOMAIN: 'ENOTFOUND',
  SERVFAIL: 'ESERVFAIL',
  REFUSED: 'EREFUSED',
};

const failed = (code: string): Error => Object.assign(new Error(code), { code });
