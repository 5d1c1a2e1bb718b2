import fc, { type Arbitrary } from 'fast-check';

/** Texts and numbers as people write them, one for each form of src/cluster/schema/values.ts. */

const often = <T>(common: Arbitrary<T>, rare: Arbitrary<T>): Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: common }, { weight: 1, arbitrary: rare });

/** Names that mean something to a proxy, or that the templates use for something else. */
const TELLING_NAMES = [
  'a',
  'a_set',
  'assets',
  'default',
  'dns',
  'FALSE',
  'front',
  'from_front',
  'global',
  'host_a',
  'http_80',
  'if',
  'known_scheme',
  'localhost',
  'METH_GET',
  'meteor-lb',
  'mlb_tls',
  'or',
  'routed',
  'server',
  'tcp_8080',
  'unix',
  'unless',
  'upgrade',
  'a_session',
  'a_cookie',
];

export const appId = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,7}$/),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{23}$/),
  fc.constantFrom(...TELLING_NAMES),
);

const UNITS = ['ms', 's', 'm', 'h', 'd'] as const;
const MOST = { ms: 999_999_999, s: 315_360_000, m: 5_256_000, h: 87_600, d: 3650 };

export const duration = often(
  fc.constantFrom('1s', '5s', '15s', '60s', '2m', '90s', '2500ms', '1h', '7d', '180d'),
  fc
    .constantFrom(...UNITS)
    .chain((unit) => fc.integer({ min: 1, max: MOST[unit] }).map((count) => `${count}${unit}`)),
);

export const size = often(
  fc.constantFrom('1B', '1023B', '512KB', '20MB', '1GB'),
  fc
    .tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.constantFrom('B', 'KB', 'MB', 'GB'))
    .map(([count, unit]) => `${count}${unit}`),
);

const label = often(
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/),
  fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_]([A-Za-z0-9_-]{0,8}[A-Za-z0-9_])?$/),
    fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_-]{61}[A-Za-z0-9_]$/),
  ),
);

/** A name of one to four labels; it ends in letters, so it is no address. */
export const hostName = fc
  .tuple(fc.array(label, { maxLength: 3 }), fc.constantFrom('example', 'com', 'internal', 'co-op', 'X'))
  .map((labels) => labels.flat().join('.'));

export const domain = fc
  .tuple(fc.constantFrom('', '', '', '*.'), hostName)
  .map(([wildcard, name]) => wildcard + name);

const octet = fc.integer({ min: 0, max: 255 });
const group = fc.integer({ min: 0, max: 0xffff });

/** IPv4 addresses; `index` sets those of different indexes apart. */
export const ipv4 = (index: number): Arbitrary<string> =>
  fc.tuple(octet, octet).map((octets) => ['10', index, ...octets].join('.'));

/** IPv6 addresses as people spell them, without brackets. */
export const ipv6 = (index: number): Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('2001:db8', '2001:0DB8', 'fd00:0'), group, fc.constantFrom('', '0:0:0:', ':'))
    .map(([prefix, tail, middle]) =>
      middle === '0:0:0:'
        ? `${prefix}:${(index + 1).toString(16)}:0:0:0:0:${tail.toString(16)}`
        : `${prefix}:${(index + 1).toString(16)}::${tail.toString(16)}`,
    );

export const ip = (index: number): Arbitrary<string> => fc.oneof(ipv4(index), ipv6(index));

/** Networks with and without host bits. */
export const network = fc.oneof(
  fc
    .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }))
    .map(([a, b, c, d, bits]) => `${[a, b, c, d].join('.')}/${bits}`),
  fc
    .tuple(group, group, fc.integer({ min: 0, max: 128 }))
    .map(([a, b, bits]) => `2001:db8:${a.toString(16)}::${b.toString(16)}/${bits}`),
  ip(7),
  fc.constantFrom('10.0.0.0/8', '10.1.2.3/8', '0.0.0.0/0', '::/0', '192.168.0.1', '192.168.0.1/32'),
);

export const port = often(fc.constantFrom(80, 443, 3000, 3001, 8080), fc.integer({ min: 1, max: 65_535 }));

/** Part of a path in a file system, with all that a name of a file may have; no "$", which nginx has no way to write. */
const fileName = often(
  fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/),
  fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(...' "\'\\#{};%@()[]*?&|<>~^!,=:+`'),
        fc.constantFrom('ä', '漢', '\u2028', '\u00a0', '🚀', 'a', 'Z', 'x20', 'n'),
      ),
      minLength: 1,
      maxLength: 12,
    })
    .map((name) => (/^\.*$/.test(name) ? 'dots' : name)),
);

/** A path of a file below one of the folders that test/support/judge.ts gives a proxy. */
export const filePath = (extension: string): Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('/etc/ssl', '/srv', '/var/lib/meteor-lb'),
      fc.array(fileName, { minLength: 1, maxLength: 3 }),
    )
    .map(([root, names]) => `${[root, ...names.map((name) => `d${name}`)].join('/')}${extension}`);

export const socketPath = (index: number): Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_.@+-]{1,20}$/).map((name) => `/run/${name}/n${index}.sock`),
    fc.stringMatching(/^[A-Za-z0-9_.@+/-]{85}$/).map((name) => `/${name}/n${index}.sock`),
  );

export const urlPath = often(
  fc.constantFrom('/', '/panel', '/a/b', '/v1.0/'),
  fc
    .array(fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,6}$/), { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.join('/')}`),
);

export const requestPath = often(
  fc.constantFrom('/', '/health', '/sockjs/info', '/up?full=1&x=%20'),
  fc.stringMatching(/^\/[A-Za-z0-9._~!&'()*+,;=:@/?%-]{0,30}$/),
);

export const headerName = often(
  fc.constantFrom('X-Node', 'Server', 'x'),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,63}$/),
);

export const cookieName = often(
  fc.constantFrom('srv', 'mlb', 'SID'),
  fc.stringMatching(/^[A-Za-z0-9_]{1,32}$/),
);

export const userName = fc.oneof(
  fc.constantFrom('www-data', 'root'),
  fc.stringMatching(/^[a-z][A-Za-z0-9_.-]{0,20}$/),
);

/** Text that is not checked further; no proxy sees it. */
export const plainText = fc
  .string({ minLength: 1, maxLength: 30, unit: 'binary' })
  .map((text) => text.replaceAll(/\p{Cc}/gu, ' '));

export const dnsServer = fc
  .tuple(
    fc.oneof(
      ipv4(8),
      ipv6(8).map((address) => `[${address}]`),
    ),
    port,
  )
  .map(([address, number]) => `${address}:${number}`);

export const nginxVersion = fc
  .tuple(fc.integer({ min: 18, max: 31 }), fc.constantFrom('', '.0', '.3', '.4', '.6'))
  .map(([minor, patch]) => `1.${minor}${patch}`);

export const haproxyVersion = fc
  .tuple(
    fc.constantFrom('2.4', '2.5', '2.6', '2.7', '2.8', '2.9', '3.0', '3.1', '3.2', '3.3', '3.4'),
    fc.constantFrom('', '.0', '.12'),
  )
  .map((parts) => parts.join(''));
