import type { Pool, Server } from '../../plan/proxy-plan.ts';
import type { NginxFeatures } from './versions.ts';

/** How an app's stickiness is written; everything else about the app follows from it. */
export interface Strategy {
  /** An upstream of all nodes that `balance` chooses from. */
  readonly whole: boolean;
  /** An upstream that a key, session id or address, chooses a node of. */
  readonly keyed: boolean;
  /** nginx's own `sticky cookie`. */
  readonly sticky: boolean;
  /** Maps and an upstream for each node do what `sticky cookie` would. */
  readonly pinned: boolean;
  /** A request that its first upstream could not send to a node may go to the whole. */
  readonly elsewhere: boolean;
}

/** Decides how an app is written for a version of nginx. */
export const decideStrategy = (pool: Pool, features: NginxFeatures): Strategy => {
  const cookie = pool.stickiness.kind === 'cookie';
  const sticky = cookie && features.sticky;
  const pinned = cookie && !features.sticky;
  const keyed = pool.stickiness.kind !== 'none' && pool.servers.some(isKeyed);
  const backups = pool.servers.some(({ backup }) => backup);
  const whole = cookie || !keyed || backups;
  return { whole, keyed, sticky, pinned, elsewhere: whole && (pinned || (keyed && backups)) };
};

/** Whether a node has a place in a hashed upstream: nginx allows no backups there. */
export const isKeyed = ({ backup }: Server): boolean => !backup;

/**
 * Whether a client can be pinned to a node by maps: nginx tells which node answered by its address, and of a
 * host name that is not the text that was written.
 */
export const isPinnable = ({ address, state }: Server): boolean =>
  address.kind !== 'name' && state !== 'down';
