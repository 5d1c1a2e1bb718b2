import type { Path } from '../diagnostics/diagnostic.ts';
import type { Address, ClusterNode } from './cluster.ts';
import { isIp, type NodeEntry } from './schema/node.ts';

/** The nodes that an entry stands for: one, or one per port. `path` is the entry's place in the description, if it has one. */
export const expandNodes = (app: string, entry: NodeEntry, path: Path | null): readonly ClusterNode[] => {
  const { id, weight, state, backup } = { ...DEFAULTS, ...entry };
  return addresses(entry).map((address) => ({
    id: nodeId(app, id, address, 'ports' in entry && entry.ports !== undefined),
    address,
    weight,
    state,
    backup,
    path,
  }));
};

const DEFAULTS = { id: undefined, weight: 1, state: 'ready', backup: false } as const;

const addresses = (entry: NodeEntry): readonly Address[] => {
  if ('socket' in entry && entry.socket !== undefined) return [{ kind: 'socket', path: entry.socket }];
  const { host = '' } = entry;
  const ports = ('ports' in entry ? entry.ports : undefined) ?? [entry.port ?? 0];
  return ports.map((port) => ({ kind: isIp(host) ? 'ip' : 'name', host, port }));
};

const nodeId = (app: string, id: string | undefined, address: Address, several: boolean): string => {
  if (address.kind === 'socket') return id ?? inId(`${app}${address.path.replace(/\.sock$/, '')}`);
  if (id === undefined) return inId(`${app}-${address.host}-${address.port}`);
  return several ? `${id}-${address.port}` : id;
};

/** Characters that ids don't have, such as the colons of IPv6, become "-". */
const inId = (text: string): string => text.replaceAll(/[^A-Za-z0-9_.-]/g, '-');
