import type { DnsRecord } from '../../../platform/look-up.ts';
import { type NodeList, type NoList, readNodes } from '../../read-nodes.ts';

/**
 * The nodes of DNS records. Of SRV, those of the best priority are nodes, and the others backups; a weight from 1 to 16 is the node's, any other
 * counts as 1. Pure.
 */
export const readRecords = (
  records: readonly DnsRecord[],
  port: number | null,
  name: string,
): NodeList | NoList => {
  const best = Math.min(...records.map(({ priority }) => priority));
  const entries = records.map((record) => ({
    host: record.host.replace(/\.$/, ''),
    port: record.port ?? port,
    ...(record.weight >= 1 && record.weight <= 16 ? { weight: record.weight } : {}),
    ...(record.priority > best ? { backup: true } : {}),
  }));
  // In the order of names, for DNS servers change it with each answer.
  const sorted = entries.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return readNodes(JSON.stringify(sorted), name);
};

const keyOf = ({ host, port }: { readonly host: string; readonly port: number | null }): string =>
  `${host} ${port}`;
