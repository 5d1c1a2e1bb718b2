import type { Address, App } from '../cluster/cluster.ts';

/** All that a proxy must do, as data, in no proxy's own words. Lists are sorted; the same cluster gives the same plan. */
export interface ProxyPlan {
  readonly name: string;
  /** Folder for all that the proxy writes; null for the system's own places. */
  readonly runtimeDir: string | null;
  /** DNS servers as address:port. */
  readonly resolvers: readonly string[];
  readonly front: Front | null;
  readonly listeners: readonly Listener[];
  readonly sites: readonly Site[];
  /** One per app. */
  readonly pools: readonly Pool[];
}

/** The balancer that stands in front. */
interface Front {
  /** Networks that it connects from; nothing else is believed. */
  readonly networks: readonly string[];
  readonly protocol: 'x-forwarded-for' | 'proxy-protocol';
  readonly hops: number;
  /** What clients speak to it; null: what arrives here. */
  readonly scheme: 'http' | 'https' | null;
}

/** An address and port, and what is done with what comes there. */
export interface Listener {
  /** `http_80`, `https_443`, `tcp_8080`; unique. */
  readonly id: string;
  /** null: every IPv4 address. */
  readonly address: string | null;
  readonly port: number;
  readonly tls: Tls | null;
  readonly proxyProtocol: boolean;
  readonly serves:
    | { readonly kind: 'sites' }
    /** Sends http clients to https; `port` is null for the standard one. */
    | { readonly kind: 'redirect'; readonly port: number | null }
    /** The same, but serves what a balancer in front took by https. */
    | { readonly kind: 'redirect-http'; readonly port: number | null }
    | { readonly kind: 'tcp'; readonly pool: string };
}

export interface Tls {
  readonly certificate: string;
  readonly key: string;
  readonly profile: 'modern' | 'intermediate';
  readonly http2: boolean;
  /** max-age of Strict-Transport-Security in seconds; null for none. */
  readonly hstsS: number | null;
}

/** What answers to some domains. */
export interface Site {
  /** Sorted; empty for every name that no other site has. */
  readonly domains: readonly string[];
  /** Longest path first. */
  readonly routes: readonly Route[];
}

/** The pool that gets what is asked for below a path. */
export interface Route {
  readonly path: string;
  readonly pool: string;
}

/** The nodes of one app, and how requests are spread over them. */
export interface Pool
  extends Pick<App, 'path' | 'balance' | 'timeouts' | 'limits' | 'maintenance' | 'nodeHeader'> {
  /** The app's id. */
  readonly id: string;
  /** Whether the app has SockJS URLs, and so sessions that a URL names. */
  readonly sockjs: boolean;
  readonly stickiness: PoolStickiness;
  readonly health: App['health'] & { readonly path: string; readonly host: string };
  /** null: hashed bundles are not treated apart. */
  readonly assets: { readonly cache: boolean } | null;
  /** Sorted by id. */
  readonly servers: readonly Server[];
}

export type PoolStickiness =
  | { readonly kind: 'cookie'; readonly cookie: Cookie }
  | { readonly kind: 'session' }
  | { readonly kind: 'address' }
  | { readonly kind: 'none' };

/** The cookie that names a client's node. */
export interface Cookie {
  readonly name: string;
  readonly sameSite: 'Lax' | 'Strict' | 'None';
  readonly secure: boolean;
  /** Seconds; null for a session cookie. */
  readonly maxAgeS: number | null;
  /** What the values were made with; HAProxy needs it to make those of servers added at run time before 3.0. */
  readonly key: string;
}

/** One node as the proxy sees it. */
export interface Server {
  /** The node's id. */
  readonly id: string;
  readonly address: Address;
  /** Value of the cookie, 16 hex digits. */
  readonly cookie: string;
  readonly weight: number;
  readonly state: 'ready' | 'drain' | 'down';
  readonly backup: boolean;
}
