import type { System } from '../../platform/system.ts';
import { parseShowInfo, type WorkerInfo } from '../../targets/haproxy/show-info.ts';
import { askWorker, CliError, excerpt } from './cli.ts';

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
