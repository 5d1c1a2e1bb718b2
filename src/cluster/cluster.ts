import type { Path } from '../diagnostics/diagnostic.ts';
import type { Description } from './schema/cluster.ts';

/** Where a node is reached. Hosts are in lower case, IPv6 in its short form without brackets. */
export type Address =
  | { readonly kind: 'ip'; readonly host: string; readonly port: number }
  | { readonly kind: 'name'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

/** One Meteor process. */
export interface ClusterNode {
  /** Unique in its app. */
  readonly id: string;
  readonly address: Address;
  /** 1 to 16. */
  readonly weight: number;
  readonly state: 'ready' | 'drain' | 'down';
  readonly backup: boolean;
  /** Its entry in the description; null where it was listed elsewhere. */
  readonly path: Path | null;
}

/** How an app's clients are kept on their nodes. */
export interface Stickiness {
  readonly method: 'cookie' | 'sockjs' | 'ip_hash' | 'none';
  readonly cookie: string;
  readonly sameSite: 'lax' | 'strict' | 'none';
  /** null: as the listeners have it. */
  readonly secure: boolean | null;
  /** Milliseconds; null for a session cookie. */
  readonly ttlMs: number | null;
  /** Path of the file with the secret; null for none. */
  readonly keyFile: string | null;
}

type WrittenApp = Description['apps'][string];

/** One Meteor application, its nodes sorted by id. */
export interface App {
  readonly id: string;
  /** Sorted; empty where it answers to every name. */
  readonly domains: readonly string[];
  /** `/`, or without a "/" at the end. */
  readonly path: string;
  readonly transport: 'sockjs' | 'uws';
  readonly stickiness: Stickiness;
  readonly balance: WrittenApp['balance'];
  readonly health: WrittenApp['health'];
  readonly timeouts: WrittenApp['timeouts'];
  readonly limits: WrittenApp['limits'];
  readonly assets: WrittenApp['assets'];
  readonly maintenance: WrittenApp['maintenance'];
  readonly nodeHeader: string | null;
  readonly nodes: readonly ClusterNode[];
  readonly inventory: NonNullable<WrittenApp['inventory']>;
}

/** A cluster as it stands: the description with the nodes that were listed elsewhere, apps sorted by id. */
export interface Cluster
  extends Pick<Description, 'name' | 'listen' | 'behind' | 'watch' | 'nginx' | 'haproxy'> {
  readonly apps: readonly App[];
  readonly resolvers: readonly string[];
  readonly runtimeDir: string | null;
  /** Folder for what must be remembered, as it is written; null for the default. */
  readonly stateDir: string | null;
  /** Folder of the user's own templates as it is written; null for none. */
  readonly templates: string | null;
}

/** Order of ids: by code unit, the same on every machine. */
export const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
  compareText(a.id, b.id);

/** Order of texts by code unit. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** An address as a proxy writes it: `10.0.0.11:3000`, `[2001:db8::1]:3000`, `/run/todos.sock`. */
export const addressText = (address: Address): string => {
  if (address.kind === 'socket') return address.path;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
};
