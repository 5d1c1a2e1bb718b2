import type { SourceOf } from '../../../cluster/schema/source.ts';
import { LbError } from '../../../diagnostics/lb-error.ts';
import { MOST_NODES } from '../../limits.ts';
import { networkReason } from '../../network-reason.ts';
import { type Source, unreadable } from '../../source.ts';
import { EtcdError, type EtcdMember } from './ask.ts';
import { firstAnswer } from './first-answer.ts';
import { openMember } from './open-member.ts';
import { readKeys } from './read-keys.ts';
import { createReadKeys } from './read-values.ts';
import { spaced } from './spaced.ts';
import { watchKeys } from './watch-keys.ts';

const DEFAULT_INTERVAL_MS = 60_000;
/** Each telling has the whole list, so in a burst of changes it is told no more often. */
const TELL_GAP_MS = 100;

/**
 * Nodes that are keys in etcd, below a prefix; each change is told as it comes. Of several members the next one is asked where one fails or is
 * silent for a second, and the one that answered is the first to be asked from then on.
 * All keys are read anew when a watch ends, and after each interval.
 */
export const etcdSource = (
  { etcd: settings, interval = DEFAULT_INTERVAL_MS }: SourceOf<'etcd'>,
  resolve: (path: string) => string,
): Source => {
  const prefix = settings.prefix.replace(/\/*$/, '/');
  const source = `etcd ${prefix}`;
  const reader = createReadKeys(source, prefix);
  let endpoints = settings.endpoints;
  let reached: { readonly member: EtcdMember; readonly revision: string } | null = null;

  return {
    name: source,
    files: [],
    intervalMs: interval,
    ask: async (system, signal) => {
      reached = null;
      const order = endpoints;
      const readFrom = (endpoint: string) => async (either: AbortSignal) => {
        const member = await openMember(endpoint, settings, resolve, system, either);
        const read = () => readKeys(member, prefix, MOST_NODES, system, either);
        return { member, ...(await read().catch((error) => afterElection(error, read))) };
      };
      try {
        const { member, revision, values } = await firstAnswer(order.map(readFrom), system, signal);
        reached = { member, revision };
        endpoints = [member.endpoint, ...order.filter((endpoint) => endpoint !== member.endpoint)];
        reader.replace(values);
        return reader.list();
      } catch (error) {
        if (!(error instanceof AggregateError)) throw error;
        return unreadable(source, explain(error.errors, order));
      }
    },
    follow: async (system, signal, tell) => {
      if (reached === null) return;
      const { member, revision } = reached;
      const span = { prefix, after: revision, timeoutMs: interval };
      const telling = spaced(() => tell(reader.list()), TELL_GAP_MS, system);
      try {
        await watchKeys(member, span, system, signal, (changes) => {
          reader.change(changes);
          telling.due();
        });
      } catch (error) {
        networkReason(error); // whether it can be reached is seen when it is asked anew
      } finally {
        telling.end();
      }
    },
  };
};

/** Once more where a leader was chosen while a member was asked: then there is one, and all that were asked meanwhile say the same. */
const afterElection = <Value>(error: unknown, read: () => Promise<Value>): Promise<Value> => {
  if (error instanceof EtcdError && error.message.includes('leader changed')) return read();
  throw error;
};

/** Why no member answers; what is wrong with a file is so for all of them. */
const explain = (errors: readonly unknown[], endpoints: readonly string[]): string => {
  const own = errors.find((error) => error instanceof LbError);
  if (own !== undefined) return own.message;
  return errors
    .map((error) => (error instanceof EtcdError ? error.message : networkReason(error)))
    .map((reason, at) => `${endpoints[at]}: ${reason}`)
    .join('; ');
};
