import type { System } from '../../platform/system.ts';
import { parseShowInfo, type WorkerInfo } from '../../targets/haproxy/show-info.ts';
import type { Running } from '../controller.ts';
import { CliError } from './cli.ts';
import type { Master } from './master.ts';
import { codeOf, problem } from './problem.ts';
import { readWorker } from './worker.ts';

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
    const worker = await askThroughMaster(master);
    if (worker !== null) return { state: 'running', generation: worker.generation };
    return { state: 'stopped', reason: problem(socket, error), hint: hint(socket, error) };
  }
};

/** After two failed reloads HAProxy 3.2 serves on, but its worker's socket is dead until a reload succeeds. */
const askThroughMaster = async (master: Master): Promise<WorkerInfo | null> => {
  try {
    const { workers } = await master.processes(0);
    const answer = workers[0] ? await master.askWorker(workers[0].pid, 'show info') : null;
    return answer === null ? null : parseShowInfo(answer);
  } catch {
    return null;
  }
};

const hint = (socket: string, error: unknown): string => {
  if (error instanceof CliError) return `see what listens on ${socket}, and what haproxy.socket says`;
  const code = codeOf(error);
  if (code === 'EACCES') return "run as root, or as a user of HAProxy's group: usermod -aG haproxy <user>";
  if (code === 'ETIMEDOUT') return 'HAProxy may be stopped or overloaded: see its log';
  return 'is HAProxy running with this configuration? Its "stats socket" has to be this one';
};
