import type { System } from '../../platform/system.ts';
import { parseShowInfo, type WorkerInfo } from '../../targets/haproxy/show-info.ts';
import { askWorker, CliError, excerpt } from './cli.ts';
import type { Master } from './master.ts';

/** What the worker behind a socket tells of itself. Rejects with the system's error, or with CliError. */
export const readWorker = async (
  system: Pick<System, 'ask'>,
  socket: string,
  timeoutMs?: number,
): Promise<WorkerInfo> => {
  const [answer = ''] = await askWorker(system, socket, ['show info'], timeoutMs);
  const info = parseShowInfo(answer);
  if (info === null) throw new CliError(`${socket} answered what HAProxy would not: ${excerpt(answer)}`);
  return info;
};

/**
 * What the worker that takes new connections tells of itself through its master; null where that can't be had. A worker
 * whose own socket was deleted, or is another program's by now, serves on, and a reload hands the same lost socket on.
 * After two failed reloads the socket of HAProxy 3.2 is dead until one succeeds.
 */
export const readWorkerThroughMaster = async (master: Master): Promise<WorkerInfo | null> => {
  try {
    const { workers } = await master.processes(0);
    const answer = workers[0] ? await master.askWorker(workers[0].pid, 'show info') : null;
    return answer === null ? null : parseShowInfo(answer);
  } catch {
    return null;
  }
};
