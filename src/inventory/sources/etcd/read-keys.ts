import type { System } from '../../../platform/system.ts';
import { ask, EtcdError, type EtcdMember, encode } from './ask.ts';
import { rangeAnswer } from './messages.ts';
import { rangeOf } from './range-of.ts';

/** All keys below a prefix, as they were at a revision. */
export interface EtcdKeys {
  readonly revision: string;
  readonly values: ReadonlyMap<string, string>;
}

const PAGE = 2000;
/** Characters of all keys and values; 20,000 nodes take less than a tenth. */
const MOST_HELD = 64 * 1024 * 1024;

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
