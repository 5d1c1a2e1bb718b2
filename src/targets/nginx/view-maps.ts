import type { Cookie, Pool, Server } from '../../plan/proxy-plan.ts';
import { type Syntax, syntax, type View } from '../../templating/syntax.ts';
import { keyedPool, nodePool, variable, wholePool } from './names.ts';
import { escapeRegex } from './quote.ts';
import { isPinnable, type Strategy } from './strategy.ts';
import { socketOrAddress } from './view-upstreams.ts';

/** A `map` block: its comment, what it looks at, the variable it sets, its lines. */
interface MapView {
  readonly comment: string | null;
  readonly from: string;
  readonly to: Syntax;
  readonly lines: readonly (readonly [key: string | Syntax, value: string | Syntax])[];
}

/** The variables of an app: who a client is, where its request goes, which node answered. */
export const viewMaps = (pool: Pool, strategy: Strategy): readonly View[] => {
  const cookie = pool.stickiness.kind === 'cookie' ? pool.stickiness.cookie : null;
  return [
    ...(strategy.keyed && pool.stickiness.kind !== 'address' ? [keyMap(pool)] : []),
    ...(cookie ? cookieMaps(pool, cookie, strategy) : []),
    ...(strategy.elsewhere ? [finalMap(pool, strategy)] : []),
    nodeMap(pool),
    ...(strategy.pinned && cookie ? [valueMap(pool), setCookieMap(pool, cookie)] : []),
    ...(isStickConstant(pool) ? [] : [stickMap(pool, strategy)]),
  ].map(toView);
};

/** What a client without a cookie is known by. */
const keyMap = (pool: Pool): MapView => {
  const under = escapeRegex(pool.path === '/' ? '' : pool.path);
  const sid = variable(pool, 'sid').text.slice(1);
  const session = [
    syntax(`"~^${under}/sockjs/[^/]+/(?<${sid}>[^/.]+)/[a-z_]+$"`),
    syntax(`$${sid}`),
  ] as const;
  const client = syntax('$remote_addr');
  const to = variable(pool, 'key');
  return pool.stickiness.kind === 'cookie'
    ? {
        comment:
          'What a client without a cookie is known by: its SockJS session, or for a raw WebSocket its address',
        from: '$uri',
        to,
        lines: [
          ['default', syntax('""')],
          ...(pool.sockjs ? [session] : []),
          [syntax(`"~^${under}(/sockjs)?/websocket/?$"`), client],
        ],
      }
    : {
        comment: 'What a client is known by: its SockJS session, else its address',
        from: '$uri',
        to,
        lines: [['default', client], session],
      };
};

/** From the cookie to the upstream. */
const cookieMaps = (pool: Pool, cookie: Cookie, strategy: Strategy): readonly MapView[] => {
  const unpinned: MapView | null = strategy.keyed
    ? {
        comment: null,
        from: variable(pool, 'key').text,
        to: variable(pool, 'unpinned'),
        lines: [
          ['default', keyedPool(pool)],
          [syntax('""'), wholePool(pool)],
        ],
      }
    : null;
  const without: string | Syntax = unpinned ? unpinned.to : wholePool(pool);
  const rest: readonly MapView[] = strategy.pinned
    ? [
        {
          comment: 'The node that the cookie names',
          from: `$cookie_${cookie.name}`,
          to: variable(pool, 'cookie'),
          lines: [
            ['default', syntax('""')],
            ...pool.servers.filter(isPinnable).map((server) => [server.cookie, server.id] as const),
          ],
        },
        {
          comment: null,
          from: variable(pool, 'cookie').text,
          to: variable(pool, 'pool'),
          lines: [
            ['default', syntax(nodePool(pool, variable(pool, 'cookie').text))],
            [syntax('""'), without],
          ],
        },
      ]
    : [
        {
          comment: null,
          from: `$cookie_${cookie.name}`,
          to: variable(pool, 'pool'),
          lines: [
            ['default', wholePool(pool)],
            [syntax('""'), without],
          ],
        },
      ];
  return unpinned ? [unpinned, ...rest] : rest;
};

/** When a failed request may not be sent again. */
const finalMap = (pool: Pool, strategy: Strategy): MapView => ({
  comment:
    'No second try: where all nodes were tried, or for a request that has reached a node and is not safe to repeat',
  from: `"${firstPool(pool, strategy).text} $request_method $upstream_bytes_sent"`,
  to: variable(pool, 'final'),
  lines: [
    ['default', '0'],
    [syntax(`"~^${escapeRegex(wholePool(pool))} "`), '1'],
    [syntax('"~ (POST|LOCK|PATCH) .*[1-9]"'), '1'],
  ],
});

/** Where a request goes first: a name, or the variable that has it. */
export const firstPool = (pool: Pool, strategy: Strategy): Syntax => {
  if (pool.stickiness.kind === 'cookie') return variable(pool, 'pool');
  return syntax(strategy.keyed && strategy.whole ? keyedPool(pool) : wholePool(pool));
};

/** nginx tells which address answered, and of a host name that is not the text that was written. */
const isTold = ({ address }: Server): boolean => address.kind !== 'name';

const nodeMap = (pool: Pool): MapView => ({
  comment: 'The node that answered',
  from: '$mlb_answered',
  to: variable(pool, 'node'),
  lines: [
    ['default', '-'],
    ...pool.servers.filter(isTold).map((server) => [socketOrAddress(server.address), server.id] as const),
  ],
});

const valueMap = (pool: Pool): MapView => ({
  comment: null,
  from: '$mlb_answered',
  to: variable(pool, 'value'),
  lines: [
    ['default', syntax('""')],
    ...pool.servers
      .filter(isPinnable)
      .map((server) => [socketOrAddress(server.address), server.cookie] as const),
  ],
});

const setCookieMap = (pool: Pool, { name, sameSite, secure, maxAgeS }: Cookie): MapView => {
  const value = variable(pool, 'value').text;
  const attributes = [
    'Path=/',
    ...(maxAgeS === null ? [] : [`Max-Age=${maxAgeS}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    `SameSite=${sameSite}`,
  ].join('; ');
  return {
    comment: 'The cookie is set where the client does not have it yet',
    from: `"${value}:$cookie_${name}"`,
    to: variable(pool, 'setcookie'),
    lines: [
      ['default', syntax(`"${name}=${value}; ${attributes}"`)],
      [syntax('"~^:"'), syntax('""')],
      [syntax('"~^([0-9a-f]+):\\1$"'), syntax('""')],
    ],
  };
};

/** What the log says of how a request came to its node. */
export const stickOf = (pool: Pool): string =>
  isStickConstant(pool) ? pool.stickiness.kind : variable(pool, 'stick').text;

const isStickConstant = ({ stickiness }: Pool): boolean =>
  stickiness.kind === 'none' || stickiness.kind === 'address';

const stickMap = (pool: Pool, strategy: Strategy): MapView => {
  const to = variable(pool, 'stick');
  const key = strategy.keyed ? variable(pool, 'key').text : '';
  const cookie =
    pool.stickiness.kind !== 'cookie'
      ? ''
      : strategy.pinned
        ? variable(pool, 'cookie').text
        : `$cookie_${pool.stickiness.cookie.name}`;
  return {
    comment: 'For the log: what brought the request to its node',
    from: `"${cookie}|${key}|$remote_addr"`,
    to,
    lines: [
      ['default', 'session'],
      [syntax('"~^[^|]"'), 'cookie'],
      [syntax('"~^\\|\\|"'), 'new'],
      [syntax('"~^\\|(.+)\\|\\1$"'), 'address'],
    ],
  };
};

const toView = ({ comment, from, to, lines }: MapView): View => ({
  comment: comment === null ? null : syntax(comment),
  from: syntax(from),
  to,
  lines: lines.map(([key, value]) => ({ key, value })),
  width: Math.max(...lines.map(([key]) => String(key).length)),
});

/** The longest key and the most lines of any map: nginx sizes its hashes by them. */
export const mapExtent = (pools: readonly Pool[]): { readonly longest: number; readonly lines: number } => ({
  longest: Math.max(
    0,
    ...pools.flatMap(({ servers }) =>
      servers.flatMap(({ id, address }) => [id.length, socketOrAddress(address).length]),
    ),
  ),
  lines: Math.max(0, ...pools.map(({ servers }) => servers.length)),
});
