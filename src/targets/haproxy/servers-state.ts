import ipaddr from 'ipaddr.js';

/** A server as HAProxy has it in its memory. */
export interface RunningServer {
  readonly backend: string;
  readonly name: string;
  /** Its number, which places it on a hash ring. */
  readonly id: number;
  /** `10.0.0.11:3000`, `[2001:db8::1]:3000`; null where HAProxy tells none: a Unix socket, or a name not looked up yet. */
  readonly address: string | null;
  /** The weight that it was given, whatever slow start makes of it. */
  readonly weight: number;
  /** Put into maintenance itself, and not only because a server that it follows was. */
  readonly maint: boolean;
}

/** The answer to `show servers state`; null where it is something else. */
export const parseServersState = (answer: string): readonly RunningServer[] | null => {
  const [version, head, ...rows] = answer.split('\n').filter((line) => line.trim() !== '');
  if (version?.trim() !== '1' || head === undefined || !head.startsWith('# ')) return null;
  const columns = head.slice(2).trim().split(' ');
  const servers = rows.map((row) => parseRow(columns, row.trim().split(' ')));
  return servers.every((server) => server !== null) ? servers : null;
};

/** `SRV_ADMF_FMAINT` of HAProxy's server-t.h. */
const FORCED_MAINTENANCE = 0x01;

const parseRow = (columns: readonly string[], words: readonly string[]): RunningServer | null => {
  const word = (column: string): string => words[columns.indexOf(column)] ?? '';
  const number = (column: string): number => Number(word(column) || Number.NaN);
  const server = {
    backend: word('be_name'),
    name: word('srv_name'),
    id: number('srv_id'),
    address: address(word('srv_addr'), word('srv_port')),
    weight: number('srv_uweight'),
    maint: (number('srv_admin_state') & FORCED_MAINTENANCE) !== 0,
  };
  const numbers = [server.id, server.weight, number('srv_admin_state')];
  const isWhole = server.backend !== '' && server.name !== '' && numbers.every(Number.isInteger);
  return isWhole ? server : null;
};

/** As the plan writes addresses: HAProxy prints `::ffff:1.2.3.4` where a plan has `::ffff:102:304`. */
const address = (host: string, port: string): string | null => {
  if (!ipaddr.isValid(host)) return null;
  const parsed = ipaddr.parse(host);
  return parsed.kind() === 'ipv6' ? `[${parsed.toString()}]:${port}` : `${parsed.toString()}:${port}`;
};
