import type { System } from '../../../platform/system.ts';
import { type EtcdMember, parseJson, requestTo } from './ask.ts';
import { watchLine } from './messages.ts';
import { rangeOf } from './range-of.ts';

export interface EtcdChange {
  readonly key: string;
  /** null: it was removed. */
  readonly value: string | null;
}

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
