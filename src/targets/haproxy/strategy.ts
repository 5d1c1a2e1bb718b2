import type { Pool } from '../../plan/proxy-plan.ts';

/** How an app's stickiness is written. */
export interface Strategy {
  /** The main backend chooses by a key, session id or address, and not by `balance`. */
  readonly hashed: boolean;
  /** A second backend takes the clients that keep no cookie, by key. */
  readonly keyed: boolean;
}

/** Decides how an app is written. */
export const decideStrategy = ({ stickiness }: Pool): Strategy => ({
  hashed: stickiness.kind === 'session' || stickiness.kind === 'address',
  keyed: stickiness.kind === 'cookie',
});

/** The backend of all nodes of an app. */
export const wholeBackend = ({ id }: Pick<Pool, 'id'>): string => id;

/** The backend that a key chooses a node of. App ids have no ".", so no app has such a name. */
export const keyedBackend = ({ id }: Pick<Pool, 'id'>): string => `${id}.keyed`;

/** The backend of an app's hashed bundles. */
export const assetBackend = ({ id }: Pick<Pool, 'id'>): string => `${id}.assets`;
