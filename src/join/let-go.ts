import type { System } from '../platform/system.ts';

const POLL_MS = 500;

interface Waiting {
  readonly graceMs: number;
  /** Within this time balancers take a change of the list. */
  readonly takenMs: number;
  isGone(): boolean;
  /** Called with each number of connections that is another than before. */
  onCount(left: number): void;
}

/**
 * Waits until a worker that drains has no connection any more, and balancers have had the time to see it drain; not longer than the
 * grace, nor than the patience. How many connections are left, as far as is known.
 */
export const letGo = async (
  { host, port }: { readonly host: string; readonly port: number },
  { graceMs, takenMs, isGone, onCount }: Waiting,
  system: Pick<System, 'now' | 'sleep' | 'connectionsAt'>,
  patience: AbortSignal,
): Promise<number> => {
  const deadline = system.now() + graceMs;
  const sleep = (ms: number): Promise<void> =>
    system.sleep(Math.max(1, Math.min(ms, deadline - system.now())), patience).catch(() => {});
  await sleep(takenMs);
  for (let last = 0; ; ) {
    const left = await system.connectionsAt(host, port);
    if (left === 0 || isGone() || patience.aborted || system.now() >= deadline) return left ?? 0;
    if (left !== null && left !== last) onCount(left);
    last = left ?? 0;
    await sleep(POLL_MS);
  }
};
