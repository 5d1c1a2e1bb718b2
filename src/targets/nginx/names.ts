import type { Pool } from '../../plan/proxy-plan.ts';
import { type Syntax, syntax } from '../../templating/syntax.ts';

type WithId = Pick<Pool, 'id'>;

/** A variable of an app: `$mlb_todos_pool`. */
export const variable = ({ id }: WithId, what: string): Syntax =>
  syntax(`$mlb_${id.replaceAll('-', '_')}_${what}`);

/** What a client without a cookie is known by. */
export const keyOf = (pool: Pick<Pool, 'id' | 'stickiness'>): Syntax =>
  pool.stickiness.kind === 'address' ? syntax('$remote_addr') : variable(pool, 'key');

/** The upstream of all nodes of an app. */
export const wholePool = ({ id }: WithId): string => id;

/** The upstream that a key chooses a node of. App ids have no ".", so no app has such a name. */
export const keyedPool = ({ id }: WithId): string => `${id}.keyed`;

/** The upstream of one node alone. */
export const nodePool = ({ id }: WithId, node: string): string => `${id}.node.${node}`;

/** The upstream that tries all nodes for a hashed bundle, without setting a cookie. */
export const assetPool = ({ id }: WithId): string => `${id}.assets`;
