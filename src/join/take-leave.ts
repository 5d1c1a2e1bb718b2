import type { System } from '../platform/system.ts';
import type { Log } from '../watch/log/log.ts';
import { letGo } from './let-go.ts';
import { within } from './within.ts';

interface Leaving {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** How long its sessions may go on. */
  readonly graceMs: number;
  /** Balancers have taken a change of the list within this time. */
  readonly lagMs: number;
  isGone(): boolean;
  /** Lists it as one that drains; resolves when that is so. */
  drain(): Promise<boolean>;
  /** Lists it as one that is gone; resolves when that is so. */
  takeOut(): Promise<boolean>;
}

/** Time for a write, whatever the grace. */
export const WRITE_MS = 2000;

/**
 * Takes a worker out of the rotation: it drains until nobody is connected, then it is taken out, then balancers get the time to take that.
 * It ends at the grace, with what a write and this time take on top, or soon after the patience. False where the worker has ended by itself.
 */
export const takeLeave = async (
  { id, host, port, graceMs, lagMs, isGone, drain, takeOut }: Leaving,
  system: Pick<System, 'now' | 'sleep' | 'connectionsAt'>,
  log: Log,
  patience: AbortSignal,
): Promise<boolean> => {
  const deadline = system.now() + graceMs;
  const leftMs = (): number => Math.max(0, deadline - system.now());
  const onCount = (count: number): void => log.info(`${id} drains: ${connections(count)} left`);

  const isTold = await within(drain(), Math.max(graceMs, WRITE_MS), system, patience);
  if (isTold) log.info(`${id} drains`);
  else if (!patience.aborted)
    log.warn(`${id} is to drain, which could not be listed: balancers go on sending clients to it`);
  const waiting = { leastMs: lagMs, mostMs: leftMs(), isGone, onCount };
  const left = await letGo({ host, port }, waiting, system, patience);
  if (isGone()) return false;
  if (left > 0) log.warn(`${id} ends with ${connections(left)}`);

  await within(takeOut(), WRITE_MS, system);
  const leastMs = Math.min(lagMs, graceMs);
  const mostMs = left > 0 ? leastMs : Math.max(leastMs, leftMs());
  await letGo({ host, port }, { leastMs, mostMs, isGone, onCount }, system, patience);
  return !isGone();
};

const connections = (count: number): string => `${count} connection${count === 1 ? '' : 's'}`;
