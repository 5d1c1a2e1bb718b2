import type { System } from '../../platform/system.ts';

/** Processes that were killed have let go of their ports long before. */
const WAIT_MS = 1000;

/**
 * Ends what is left of a process group whose leader has ended: nginx's workers go on without their master and keep its ports.
 * Nobody could tell them to drain any more, and whoever starts the proxy anew needs the ports now.
 */
export const endGroup = async (
  leader: number,
  system: Pick<System, 'kill' | 'now' | 'sleep'>,
): Promise<void> => {
  const deadline = system.now() + WAIT_MS;
  while (signalGroup(leader, 'SIGKILL', system) && system.now() < deadline) await system.sleep(10);
};

/** Whether there was anybody to signal. */
const signalGroup = (leader: number, signal: NodeJS.Signals, system: Pick<System, 'kill'>): boolean => {
  try {
    system.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
};
