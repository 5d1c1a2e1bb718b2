import type { Etcd } from '../support/etcd.ts';

/** As many as a transaction of etcd takes, and less. */
const AT_ONCE = 100;

/** What is put of the node with a number; its key is `<prefix>/n<number>`. */
export type NodeOf = (index: number) => object;

/** Puts nodes by the numbers 0 to `count` - 1, many at once. */
export const putAll = async (etcd: Etcd, prefix: string, count: number, nodeOf: NodeOf): Promise<void> => {
  for (const indexes of chunks(count)) await putSome(etcd, prefix, indexes, nodeOf);
};

/** Each in a write of its own, as nodes do that list themselves. */
export const putEach = async (etcd: Etcd, prefix: string, count: number, nodeOf: NodeOf): Promise<void> => {
  for (const indexes of chunks(count))
    await Promise.all(indexes.map((index) => putSome(etcd, prefix, [index], nodeOf)));
};

export const putSome = async (
  etcd: Etcd,
  prefix: string,
  indexes: readonly number[],
  nodeOf: NodeOf,
): Promise<void> => {
  const success = indexes.map((index) => ({
    request_put: { key: encode(`${prefix}/n${index}`), value: encode(JSON.stringify(nodeOf(index))) },
  }));
  await etcd.ask('/v3/kv/txn', { success });
};

/** An address for each number, below a network. */
export const hostOf = (network: number, index: number): string =>
  `${network}.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;

const chunks = (count: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(count / AT_ONCE) }, (_, chunk) =>
    Array.from({ length: Math.min(AT_ONCE, count - chunk * AT_ONCE) }, (_unused, at) => chunk * AT_ONCE + at),
  );

const encode = (text: string): string => Buffer.from(text).toString('base64');
