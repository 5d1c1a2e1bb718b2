import type { System } from '../../../platform/system.ts';
import { ask, type EtcdMember, encode } from './ask.ts';
import { valuesAnswer, writeIfAnswer } from './messages.ts';

/** etcd takes 128 operations in a transaction (`--max-txn-ops`). */
const MOST_IN_ONE = 100;

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
