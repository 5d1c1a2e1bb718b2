import { parseShowInfo } from '../../targets/haproxy/show-info.ts';
import { parseShowSess } from '../../targets/haproxy/show-sess.ts';
import type { OldWorker } from '../controller.ts';
import type { Master } from './master.ts';

/** Workers that were replaced; empty where the master can't be asked. */
export const readOldWorkers = async (master: Master): Promise<readonly OldWorker[]> => {
  const processes = await master.processes().catch(() => null);
  return processes?.oldWorkers.map(({ pid }) => ({ pid })) ?? [];
};

/**
 * Closes up to `count` sessions of a worker, one by one; how many are left, null where that is not known. A worker that
 * has not been replaced keeps all of its sessions.
 */
export const closeSessions = async (master: Master, pid: number, count: number): Promise<number | null> => {
  try {
    const info = await master.askWorker(pid, 'show info');
    if (info === null) return 0;
    if (parseShowInfo(info)?.stopping !== true) return null;
    const answer = await master.askWorker(pid, 'show sess');
    if (answer === null) return 0;
    const sessions = parseShowSess(answer);
    if (sessions === null) return null;
    let closed = 0;
    for (const id of sessions.slice(0, count)) {
      const outcome = await master.askWorker(pid, `shutdown session ${id}`);
      if (outcome === null) return 0;
      // Its client may have closed it meanwhile.
      if (outcome.trim() !== '' && !outcome.startsWith('No such session')) break;
      closed += 1;
    }
    // Not asked anew: nobody comes to an old worker, and after its last session it ends.
    return sessions.length - closed;
  } catch {
    return null;
  }
};
