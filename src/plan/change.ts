import type { Server } from './proxy-plan.ts';

/** What happens to one server of a pool. */
export type ServerUpdate =
  | { readonly kind: 'add' | 'remove'; readonly pool: string; readonly server: Server }
  | {
      /** Another address, weight, state or role. */
      readonly kind: 'alter';
      readonly pool: string;
      readonly server: Server;
      readonly before: Server;
    };

/** What it takes to bring a proxy from one plan to another. */
export type Change =
  | { readonly kind: 'none' }
  /** Servers alone, and the proxy can do it while it runs. */
  | { readonly kind: 'servers'; readonly updates: readonly ServerUpdate[] }
  | { readonly kind: 'reload'; readonly reasons: readonly string[] };

/** Why an update needs a reload; null where the proxy can do it while it runs. */
export type RuntimeRule = (update: ServerUpdate) => string | null;
