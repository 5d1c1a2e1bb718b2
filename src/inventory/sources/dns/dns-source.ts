import type { SourceOf } from '../../../cluster/schema/source.ts';
import type { DnsRecord } from '../../../platform/look-up.ts';
import type { System } from '../../../platform/system.ts';
import { DEFAULT_INTERVAL_MS, type Listing, listed, type Source, unreadable } from '../../source.ts';
import { readRecords } from './read-records.ts';

const TIMEOUT_MS = 3000;

/** Nodes that DNS lists: SRV records, or with a port the addresses of a name. */
export const dnsSource = ({
  dns: name,
  port,
  resolver,
  interval = DEFAULT_INTERVAL_MS,
}: SourceOf<'dns'>): Source => {
  const source = `dns ${name}${port === undefined ? '' : `:${port}`}${resolver === undefined ? '' : ` of ${resolver}`}`;
  const server = resolver ?? null;
  const types = port === undefined ? (['SRV'] as const) : (['A', 'AAAA'] as const);
  const ask = async (system: System, signal: AbortSignal): Promise<Listing> => {
    const answers = await Promise.allSettled(
      types.map((type) => system.lookUp({ name, type, server, timeoutMs: TIMEOUT_MS }, signal)),
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) return unreadable(source, `${name}: ${explain(failed.reason)}`);
    const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const ttls = records.map(({ ttl }: DnsRecord) => ttl);
    return {
      ...listed(source, readRecords(records, port ?? null, name)),
      ...(ttls.length > 0 ? { againInMs: Math.min(...ttls) * 1000 } : {}),
    };
  };
  return { name: source, files: [], intervalMs: interval, ask };
};

/** The failure of a question, in words. Throws what is none. */
const explain = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  if (error instanceof Error && error.name === 'AbortError') return 'it was stopped';
  if (code === null) throw error;
  return REASONS[code] ?? `the DNS server can not be asked: ${code}`;
};

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such name (NXDOMAIN)',
  ESERVFAIL: 'the DNS server fails (SERVFAIL)',
  EREFUSED: 'the DNS server refuses the question',
  ETIMEDOUT: 'the DNS server does not answer',
  ECONNREFUSED: 'no DNS server listens there',
  EBADRESP: 'the DNS server answers nonsense',
};
