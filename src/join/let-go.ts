import type { System } from '../platform/system.ts';

const POLL_MS = 500;

interface Waiting {
  /** Balancers have taken the change of the list within this time. */
  readonly leastMs: number;
  readonly mostMs: number;
  isGone(): boolean;
  /** Called with each number of connections that is another than before. */
  onCount(left: number): void;
}

/**
 * Waits until a worker has no connection any more, not shorter than the least time, nor longer than the most or the patience. How many
 * connections are left, as far as is known. One that no balancer sends anybody to has none; so a balancer that is later than the least time
 * is seen by the clients that it still sends.
 */
export const letGo = async (
  { host, port }: { readonly host: string; readonly port: number },
  { leastMs, mostMs, isGone, onCount }: Waiting,
  system: Pick<System, 'now' | 'sleep' | 'connectionsAt'>,
  patience: AbortSignal,
): Promise<number> => {
  const deadline = system.now() + mostMs;
  const sleep = (ms: number): Promise<void> =>
    system.sleep(Math.max(1, Math.min(ms, deadline - system.now())), patience).catch(() => {});
  await sleep(leastMs);
  for (let last = 0; ; ) {
    const left = await system.connectionsAt(host, port);
    if (left === 0 || isGone() || patience.aborted || system.now() >= deadline) return left ?? 0;
    if (left !== null && left !== last) onCount(left);
    last = left ?? 0;
    await sleep(POLL_MS);
  }
};
