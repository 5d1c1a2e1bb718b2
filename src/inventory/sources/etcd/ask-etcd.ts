import type { z } from 'zod';
import type { WebRequest } from '../../../platform/open-web.ts';
import type { System } from '../../../platform/system.ts';
import type { Login } from '../../read-login.ts';
import {
  authenticateAnswer,
  failureAnswer,
  grantAnswer,
  keepAliveAnswer,
  rangeAnswer,
  valuesAnswer,
  watchLine,
  writeAnswer,
  writeIfAnswer,
} from './messages.ts';

/** One member of an etcd cluster, and how it is spoken with. */
export interface EtcdMember {
  readonly endpoint: string;
  readonly tls: NonNullable<WebRequest['tls']>;
  readonly token: string | null;
}

/** All keys below a prefix, as they were at a revision. */
export interface EtcdKeys {
  readonly revision: string;
  readonly values: ReadonlyMap<string, string>;
}

export interface EtcdChange {
  readonly key: string;
  /** null: it was removed. */
  readonly value: string | null;
}

/** An answer that is none of etcd's, or says what failed. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
}

const LIMITS = { timeoutMs: 5000, maxBytes: 64 * 1024 * 1024 };
const PAGE = 2000;
/** etcd takes 128 operations in a transaction (`--max-txn-ops`). */
const MOST_IN_ONE = 100;
/** Characters of all keys and values; 20,000 nodes take less than a tenth. */
const MOST_HELD = 64 * 1024 * 1024;

/** A token for a user. Rejects with EtcdError or the system's error, as all here. */
export const authenticate = async (
  member: EtcdMember,
  user: Login,
  system: System,
  signal: AbortSignal,
): Promise<string> =>
  (await ask(member, '/v3/auth/authenticate', user, authenticateAnswer, system, signal)).token;

/** Reads all keys below a prefix, page by page, at one revision; more than `most` are an error, or more than they may hold. */
export const readKeys = async (
  member: EtcdMember,
  prefix: string,
  most: number,
  system: System,
  signal: AbortSignal,
): Promise<EtcdKeys> => {
  const values = new Map<string, string>();
  let revision = '0';
  let held = 0;
  for (let from = prefix; ; ) {
    const page = { ...rangeOf(prefix), key: encode(from), limit: PAGE, revision };
    const { header, count, kvs, more } = await ask(member, '/v3/kv/range', page, rangeAnswer, system, signal);
    if (revision === '0') revision = header.revision;
    const keys = values.size + Number(count);
    if (keys > most)
      throw new EtcdError(
        `there are ${keys} keys below ${prefix}, and more than ${most} nodes are not taken`,
      );
    for (const { key, value } of kvs) {
      held += key.length + value.length;
      values.set(key, value);
    }
    if (held > MOST_HELD) throw new EtcdError(`the keys below ${prefix} hold more than nodes do`);
    const last = kvs.at(-1);
    if (!more || last === undefined) return { revision, values };
    from = `${last.key}\0`;
  }
};

/** Tells what changes below a prefix after a revision; ends when etcd ends it, as after a compaction, has lost its data, or the time is over. */
export const watchKeys = async (
  member: EtcdMember,
  {
    prefix,
    after,
    timeoutMs,
  }: { readonly prefix: string; readonly after: string; readonly timeoutMs: number },
  system: System,
  signal: AbortSignal,
  onChanges: (changes: readonly EtcdChange[]) => void,
): Promise<void> => {
  const ending = new AbortController();
  const start = { ...rangeOf(prefix), start_revision: String(BigInt(after) + 1n) };
  const request = requestTo(member, '/v3/watch', { create_request: start });
  const either = AbortSignal.any([signal, ending.signal]);
  // A member that has lost the others ends the watch rather than be silent.
  const headers = { ...request.headers, 'grpc-metadata-hasleader': 'true' };
  await system.stream({ ...request, headers }, timeoutMs, either, (line) => {
    const parsed = watchLine.safeParse(parseJson(line));
    if (!parsed.success || parsed.data.result.canceled) return ending.abort();
    const { header, events } = parsed.data.result;
    // It has lost what it had, and would tell nothing until it is as far as it was.
    if (BigInt(header.revision) < BigInt(after)) return ending.abort();
    if (events.length === 0) return;
    onChanges(events.map(({ type, kv }) => ({ key: kv.key, value: type === 'DELETE' ? null : kv.value })));
  });
};

/** A lease of so many seconds: what is written with it goes when it is not kept alive. */
export const grantLease = async (
  member: EtcdMember,
  seconds: number,
  system: System,
  signal: AbortSignal,
): Promise<string> =>
  (await ask(member, '/v3/lease/grant', { TTL: seconds }, grantAnswer, system, signal)).ID;

/** Keeps a lease alive; false where it has ended. */
export const keepLease = async (
  member: EtcdMember,
  lease: string,
  system: System,
  signal: AbortSignal,
): Promise<boolean> => {
  const { result } = await ask(member, '/v3/lease/keepalive', { ID: lease }, keepAliveAnswer, system, signal);
  return result.TTL !== '0';
};

/** Ends a lease, and all that was written with it. */
export const revokeLease = async (
  member: EtcdMember,
  lease: string,
  system: System,
  signal: AbortSignal,
): Promise<void> => void (await ask(member, '/v3/lease/revoke', { ID: lease }, writeAnswer, system, signal));

/** A key as it was found. */
export interface EtcdValue {
  readonly value: string;
  /** `0` where it has none. */
  readonly lease: string;
  /** Of its last write. */
  readonly revision: string;
}

/** Writes a key as long as it is as it was found, or not there still; false where it is not. */
export const putKey = (
  member: EtcdMember,
  { key, value, lease }: { readonly key: string; readonly value: string; readonly lease: string },
  found: EtcdValue | undefined,
  system: System,
  signal: AbortSignal,
): Promise<boolean> => {
  const put = { request_put: { key: encode(key), value: encode(value), lease } };
  return writeIfSame(member, key, found, put, system, signal);
};

/** Removes a key as long as it is as it was found; false where it is not. */
export const removeKey = (
  member: EtcdMember,
  key: string,
  found: EtcdValue,
  system: System,
  signal: AbortSignal,
): Promise<boolean> => {
  const remove = { request_delete_range: { key: encode(key) } };
  return writeIfSame(member, key, found, remove, system, signal);
};

/** A key that is not there has revision 0. */
const writeIfSame = async (
  member: EtcdMember,
  key: string,
  found: EtcdValue | undefined,
  write: object,
  system: System,
  signal: AbortSignal,
): Promise<boolean> => {
  const compare = { key: encode(key), target: 'MOD', result: 'EQUAL', mod_revision: found?.revision ?? '0' };
  const body = { compare: [compare], success: [write] };
  return (await ask(member, '/v3/kv/txn', body, writeIfAnswer, system, signal)).succeeded;
};

/** Those of some keys that are there. */
export const readValues = async (
  member: EtcdMember,
  keys: readonly string[],
  system: System,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, EtcdValue>> => {
  const found = new Map<string, EtcdValue>();
  for (let from = 0; from < keys.length; from += MOST_IN_ONE) {
    const some = keys.slice(from, from + MOST_IN_ONE);
    const body = { success: some.map((key) => ({ request_range: { key: encode(key) } })) };
    const { responses } = await ask(member, '/v3/kv/txn', body, valuesAnswer, system, signal);
    for (const { key, value, lease, mod_revision } of responses.flatMap(
      ({ response_range }) => response_range.kvs,
    ))
      found.set(key, { value, lease, revision: mod_revision });
  }
  return found;
};

const ask = async <Schema extends z.ZodType>(
  member: EtcdMember,
  path: string,
  body: object,
  schema: Schema,
  system: System,
  signal: AbortSignal,
): Promise<z.output<Schema>> => {
  const { status, text } = await system.fetch(requestTo(member, path, body), LIMITS, signal);
  const value = parseJson(text);
  if (status !== 200) {
    const failure = failureAnswer.safeParse(value).data;
    throw new EtcdError(failure?.message ?? failure?.error ?? `it answers with status ${status}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new EtcdError('it does not answer as etcd does');
  return parsed.data;
};

const requestTo = ({ endpoint, tls, token }: EtcdMember, path: string, body: object): WebRequest => ({
  url: `${endpoint.replace(/\/+$/, '')}${path}`,
  headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: token }) },
  body: JSON.stringify(body),
  tls,
});

/** All keys that begin with a prefix, which ends in "/": up to the same with "0", the next character. */
const rangeOf = (prefix: string) => ({ key: encode(prefix), range_end: encode(`${prefix.slice(0, -1)}0`) });

const encode = (text: string): string => Buffer.from(text).toString('base64');

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
