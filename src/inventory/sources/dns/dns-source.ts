import type { SourceOf } from '../../../cluster/schema/source.ts';
import { LbError } from '../../../diagnostics/lb-error.ts';
import type { System } from '../../../platform/system.ts';
import { problem } from '../../problem.ts';
import { DEFAULT_INTERVAL_MS, type Listing, listed, type Source, unreadable } from '../../source.ts';
import { type Find, type Reached, reachTargets } from './reach-targets.ts';
import { readRecords } from './read-records.ts';

const TIMEOUT_MS = 3000;

/** Nodes that DNS lists: SRV records with the addresses of their names, or with a port the addresses of one name. */
export const dnsSource = ({
  dns: name,
  port,
  resolver,
  interval = DEFAULT_INTERVAL_MS,
}: SourceOf<'dns'>): Source => {
  const source = `dns ${name}${port === undefined ? '' : `:${port}`}${resolver === undefined ? '' : ` of ${resolver}`}`;
  const server = resolver ?? null;
  const ask = async (system: System, signal: AbortSignal): Promise<Listing> => {
    const find: Find = async (host, type) => {
      try {
        return await system.lookUp({ name: host, type, server, timeoutMs: TIMEOUT_MS }, signal);
      } catch (error) {
        if (codeOf(error) === 'ENOTFOUND') return null;
        throw new LbError('inventory', `${host}: ${explain(error)}`);
      }
    };
    try {
      const reached = port === undefined ? await findServices(name, find) : await findAddresses(name, find);
      if (reached === null) return unreadable(source, `${name}: there is no such name (NXDOMAIN)`);
      const { records, dead } = reached;
      const list = readRecords(records, port ?? null, name);
      const leftOut = dead.map((host) => problem('left-out', `${host} has no address`));
      const ttls = records.map(({ ttl }) => ttl);
      return {
        ...listed(source, 'entries' in list ? { ...list, leftOut: [...list.leftOut, ...leftOut] } : list),
        ...(ttls.length > 0 ? { againInMs: Math.min(...ttls) * 1000 } : {}),
      };
    } catch (error) {
      if (error instanceof LbError) return unreadable(source, error.message);
      throw error;
    }
  };
  return { name: source, files: [], intervalMs: interval, ask };
};

const findServices = async (name: string, find: Find): Promise<Reached | null> => {
  const records = await find(name, 'SRV');
  return records === null ? null : reachTargets(records, find);
};

const findAddresses = async (name: string, find: Find): Promise<Reached | null> => {
  const [four, six] = await Promise.all([find(name, 'A'), find(name, 'AAAA')]);
  return four === null || six === null ? null : { records: [...four, ...six], dead: [] };
};

/** The failure of a question, in words. Throws what is none. */
const explain = (error: unknown): string => {
  const code = codeOf(error);
  if (error instanceof Error && error.name === 'AbortError') return 'it was stopped';
  if (code === null) throw error;
  return REASONS[code] ?? `the DNS server can not be asked: ${code}`;
};

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error ? String(error.code) : null;

const REASONS: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the DNS server fails (SERVFAIL)',
  EREFUSED: 'the DNS server refuses the question',
  ETIMEDOUT: 'the DNS server does not answer',
  ECONNREFUSED: 'no DNS server listens there',
  EBADRESP: 'the DNS server answers nonsense',
};
