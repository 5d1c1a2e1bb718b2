import type { System } from '../../platform/system.ts';
import type { Running } from '../controller.ts';
import { CliError } from './cli.ts';
import type { Master } from './master.ts';
import { codeOf, problem } from './problem.ts';
import { readWorker, readWorkerThroughMaster } from './worker.ts';

/** What is known of the running HAProxy, from its worker's socket or else from its master's. */
export const observe = async (
  system: Pick<System, 'ask'>,
  master: Master,
  socket: string,
): Promise<Running> => {
  try {
    const { generation } = await readWorker(system, socket);
    return { state: 'running', generation };
  } catch (error) {
    const worker = await readWorkerThroughMaster(master);
    if (worker !== null) return { state: 'running', generation: worker.generation };
    return { state: 'stopped', reason: problem(socket, error), hint: hint(socket, error) };
  }
};

const hint = (socket: string, error: unknown): string => {
  if (error instanceof CliError) return `see what listens on ${socket}, and what haproxy.socket says`;
  const code = codeOf(error);
  if (code === 'EACCES') return "run as root, or as a user of HAProxy's group: usermod -aG haproxy <user>";
  if (code === 'ETIMEDOUT') return 'HAProxy may be stopped or overloaded: see its log';
  return 'is HAProxy running with this configuration? Its "stats socket" has to be this one';
};
