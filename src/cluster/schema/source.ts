import { z } from 'zod';
import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import { excludes, secretKeys, tlsKeys, wholeLogin, wholePair } from './access.ts';
import { hintAlone, mistake } from './mistake.ts';
import { duration, plainText, plainUrl, port } from './values.ts';

const interval = { interval: duration.optional().describe('How often it is asked. Default: 10s.') };

/** A member of etcd. */
const etcdUrl = plainUrl('write user, and passwordFile or passwordEnv, beside endpoints');

const etcd = z
  .strictObject({
    endpoints: z
      .array(etcdUrl, hintAlone('write a list, as in endpoints: [http://127.0.0.1:2379]'))
      .min(1)
      .describe('Members of the etcd cluster.'),
    prefix: plainText.describe('Nodes are the keys below this prefix, as /todos/a below /todos.'),
    user: plainText.optional().describe('User of etcd. Needs `passwordFile` or `passwordEnv`.'),
    ...secretKeys('password', "the user's password"),
    ...tlsKeys,
  })
  .superRefine(wholeLogin)
  .superRefine(wholePair);

const http = z
  .strictObject({
    http: plainUrl('write user, and passwordFile or passwordEnv, beside it').describe(
      'A URL that answers a list of nodes: JSON, YAML, or one host:port a line.',
    ),
    ...secretKeys('token', 'the token that is sent as `Authorization: Bearer …`. Default: none is sent'),
    user: plainText
      .regex(/^[^:]*$/, 'has a ":" in it, which no user of HTTP may have')
      .optional()
      .describe('User that is sent as `Authorization: Basic …`. Needs `passwordFile` or `passwordEnv`.'),
    ...secretKeys('password', "the user's password"),
    ...tlsKeys,
    timeout: duration.optional().describe('How long an answer may take. Default: 10s.'),
    ...interval,
  })
  .superRefine(excludes('tokenEnv', 'tokenFile'))
  .superRefine(excludes('user', 'tokenFile'))
  .superRefine(excludes('user', 'tokenEnv'))
  .superRefine(wholeLogin)
  .superRefine(wholePair);

const KINDS = {
  file: z.strictObject({ file: plainText.describe('A list of nodes: YAML, JSON, or one host:port a line.') }),
  directory: z.strictObject({
    directory: plainText.describe("A folder with one file a node; the file's name is its id by default."),
    stale: duration
      .optional()
      .describe('A file that was not written for so long does not count. Default: all do.'),
  }),
  dns: z.strictObject({
    dns: plainText.describe(
      'An SRV name (`_service._tcp.domain`), or a plain name with `port`; whole, since no search domain is added.',
    ),
    port: port.optional().describe('Port of the nodes where the name is a plain one (A and AAAA).'),
    resolver: z
      .string()
      .regex(/^(\[[0-9a-fA-F:]+\]|[0-9.]+)(:[0-9]{1,5})?$/, 'is not a DNS server, as in 127.0.0.1:5353')
      .optional()
      .describe("DNS server to ask. Default: the system's."),
    ...interval,
  }),
  etcd: z.strictObject({
    etcd: etcd.describe(
      'Keys in etcd, of which each has a node as its value. Changes are seen as they come.',
    ),
    interval: duration
      .optional()
      .describe('How often all keys are read anew, besides following their changes. Default: 1m.'),
  }),
  http,
  command: z.strictObject({
    command: z
      .array(plainText, hintAlone('write a list: the program, then each argument'))
      .min(1)
      .describe(
        'A program and its arguments; it prints JSON, YAML, or one host:port a line. The last line of its stderr is told where it fails.',
      ),
    timeout: duration.optional().describe('How long it may take. Default: 30s.'),
    ...interval,
  }),
} as const;

/** Kinds of places outside the description where nodes are listed. */
const SOURCE_KINDS = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];

/** A place outside the description where nodes are listed; the key says which kind. */
export const source = z.union(
  [KINDS.file, KINDS.directory, KINDS.dns, KINDS.etcd, KINDS.http, KINDS.command],
  { error: ({ input }) => describeKind(input) },
);

/** The kind of a source. */
export type SourceKind = keyof typeof KINDS;

/** A source as it was read. */
export type SourceEntry = z.output<typeof source>;

/** A source of one kind, as it was read. */
export type SourceOf<Kind extends SourceKind> = z.output<(typeof KINDS)[Kind]>;

/** The kind of a source that was read. */
export const kindOf = (entry: SourceEntry): SourceKind =>
  SOURCE_KINDS.find((kind) => kind in entry) ?? 'file';

/** What is wrong with a source that has no kind, or several; undefined where that is not what is wrong. */
const describeKind = (input: unknown): string | undefined => {
  const kinds = `kinds: ${SOURCE_KINDS.join(', ')}`;
  if (input === null) return mistake('is empty', kinds);
  if (typeof input !== 'object' || Array.isArray(input)) {
    return mistake('is not a source: its kind is a key', 'as in file: nodes.yaml');
  }
  const keys = Object.keys(input);
  const named = SOURCE_KINDS.filter((kind) => keys.includes(kind));
  if (named.length === 1) return undefined;
  if (named.length > 1)
    return mistake(`is of several kinds: ${named.join(' and ')}`, 'write each after a "- " of its own');
  const meant = keys.map((key) => didYouMean(key, SOURCE_KINDS)).find((kind) => kind !== null);
  return mistake(
    'has none of the keys that say its kind',
    meant === undefined ? kinds : `did you mean ${meant}?`,
  );
};
