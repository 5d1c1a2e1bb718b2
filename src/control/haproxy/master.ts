import type { System } from '../../platform/system.ts';
import { type Processes, parseShowProc } from '../../targets/haproxy/show-proc.ts';
import { CliError, excerpt } from './cli.ts';
import { codeOf } from './problem.ts';

/** The socket of HAProxy's master process, which `-S` opens. */
export interface Master {
  /** The answer to one command. Rejects with the system's error. */
  ask(command: string, timeoutMs?: number): Promise<string>;
  /** The answer of one worker to a command; null where there is no such worker. Rejects with the system's error. */
  askWorker(pid: number, command: string): Promise<string | null>;
  /** Rejects with the system's error, or with CliError. */
  processes(timeoutMs?: number): Promise<Processes>;
}

const TIMEOUT_MS = 5_000;
/** How long a master that executes itself anew, at start and in each reload, may take to listen again. */
const AWAY_MS = 2_000;
const PAUSE_MS = 20;
const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

export const createMaster = (system: Pick<System, 'ask' | 'now' | 'sleep'>, socket: string): Master => {
  const ask: Master['ask'] = (command, timeoutMs = TIMEOUT_MS) =>
    system.ask(socket, `${command}\n`, timeoutMs);
  const processes: Master['processes'] = async (timeoutMs = AWAY_MS) => {
    const deadline = system.now() + timeoutMs;
    for (;;) {
      const answer = await ask('show proc').catch((error: unknown) => {
        if (AWAY.has(codeOf(error) ?? '') && system.now() < deadline) return '';
        throw error;
      });
      const processes = parseShowProc(answer);
      if (processes !== null) return processes;
      // It closes a connection without an answer where it executes itself meanwhile.
      if (answer !== '' || system.now() >= deadline)
        throw new CliError(`${socket} gave no answer to "show proc" that could be read: ${excerpt(answer)}`);
      await system.sleep(PAUSE_MS);
    }
  };
  return {
    ask,
    askWorker: async (pid, command) => {
      const deadline = system.now() + AWAY_MS;
      // Who is not listed is not asked: HAProxy 3 may never answer, and has no more than ten such questions open.
      while (isListed(await processes(), pid)) {
        const answer = await ask(`@!${pid} ${command}`);
        // An answer that says nothing has a line break all the same. Without, the worker is just ending.
        if (answer !== '' && !answer.startsWith("Can't ")) return answer;
        if (system.now() >= deadline) throw new CliError(`${socket}: no answer of worker ${pid}`);
        await system.sleep(PAUSE_MS);
      }
      return null;
    },
    processes,
  };
};

const isListed = ({ workers, oldWorkers }: Processes, pid: number): boolean =>
  [...workers, ...oldWorkers].some((worker) => worker.pid === pid);
