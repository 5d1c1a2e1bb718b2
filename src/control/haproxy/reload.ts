import type { System } from '../../platform/system.ts';
import { type Processes, parseShowProc } from '../../targets/haproxy/show-proc.ts';
import type { Outcome } from '../controller.ts';
import { excerpt } from './cli.ts';
import type { Master } from './master.ts';
import { codeOf, problem } from './problem.ts';
import { readWorker, readWorkerThroughMaster } from './worker.ts';

interface Reload {
  readonly generation: string;
  /** The worker's socket. */
  readonly socket: string;
  readonly masterSocket: string;
  /** Runs instead of the master's `reload`. */
  readonly command: readonly string[] | null;
}

/** For HAProxy to say how it went, and again for the new worker to show. */
const DEADLINE_MS = 10_000;
const PAUSE_MS = 50;
/** For the worker's socket to answer, before its master is asked. */
const LOOK_MS = 2_000;

/**
 * Has HAProxy load its file, and waits until a worker that was not there before answers with the generation, or
 * HAProxy says that it failed. The old worker then serves on.
 */
export const reload = async (system: System, master: Master, task: Reload): Promise<Outcome> => {
  const before = await lookBefore(system, master, task);
  if ('output' in before) return before;
  const asked = await (task.command === null
    ? askForReload(master, task.masterSocket)
    : runCommand(system, task.command));
  if (asked !== 'accepted' && asked !== 'unanswered') return asked;

  const deadline = system.now() + DEADLINE_MS;
  let seen = '';
  while (system.now() < deadline) {
    const failed = asked === 'unanswered' && before.processes && (await hasFailed(master, before.processes));
    if (failed) return failure(SILENT);
    const worker = await readWorker(system, task.socket, LOOK_MS).catch(
      async (error: unknown) =>
        (task.command === null && (await readWorkerThroughMaster(master))) || problem(task.socket, error),
    );
    if (typeof worker === 'string') seen = worker;
    else if (before.pids.has(worker.pid)) seen = `worker ${worker.pid} from before still answers`;
    else if (worker.generation === null || worker.generation === task.generation) return { ok: true };
    else
      seen = `the new worker ${worker.pid} serves generation ${worker.generation}: HAProxy was started with another file?`;
    await system.sleep(PAUSE_MS);
  }
  return failure(
    `generation ${task.generation} was not seen to serve within ${DEADLINE_MS / 1000} s: ${seen}`,
  );
};

const SILENT =
  'HAProxy could not load the configuration and serves the old one; before 2.7 it tells the reason in its own log alone';

const failure = (output: string): Outcome => ({ ok: false, output });

interface Before {
  /** Workers that are not the new one. */
  readonly pids: ReadonlySet<number>;
  /** null where the master can't be asked and need not be. */
  readonly processes: Processes | null;
}

const lookBefore = async (
  system: System,
  master: Master,
  { socket, masterSocket, command }: Reload,
): Promise<Before | (Outcome & { ok: false })> => {
  const worker = await readWorker(system, socket).catch(() => null);
  const pids = worker === null ? [] : [worker.pid];
  if (command !== null) return { pids: new Set(pids), processes: null };
  try {
    const processes = await master.processes();
    const known = [...processes.workers, ...processes.oldWorkers].map(({ pid }) => pid);
    return { pids: new Set([...pids, ...known]), processes };
  } catch (error) {
    return { ok: false, output: `${problem(masterSocket, error)}\n${masterHint(masterSocket, error)}` };
  }
};

/** What a person can do where the master can't be asked. */
const masterHint = (masterSocket: string, error: unknown): string =>
  codeOf(error) === 'EACCES'
    ? 'only who may use the master socket can reload HAProxy: run as its user or as root, or give haproxy.reload a command'
    : `start HAProxy with -W -S ${masterSocket} (on Debian: EXTRAOPTS in /etc/default/haproxy), or give haproxy.reload a command`;

const askForReload = async (
  master: Master,
  masterSocket: string,
): Promise<'accepted' | 'unanswered' | Outcome> => {
  try {
    const answer = await master.ask('reload', DEADLINE_MS);
    if (answer.trim() === '') return 'unanswered';
    if (answer.startsWith('Success=1')) return 'accepted';
    if (!answer.startsWith('Success=0')) return failure(`reload: ${excerpt(answer)}`);
    const log = answer.replace(/^Success=0\s*(--\n)?/, '').trim();
    return failure(log === '' ? 'HAProxy could not load the configuration, and told no reason' : log);
  } catch (error) {
    // 2.6 executes itself at once, and its side of the connection may be gone before the answer.
    return codeOf(error) === 'ECONNRESET' ? 'unanswered' : failure(problem(masterSocket, error));
  }
};

const runCommand = async (system: System, command: readonly string[]): Promise<'accepted' | Outcome> => {
  const { exitCode, failed, output } = await system.run(command, DEADLINE_MS);
  if (exitCode === 0 && failed === null) return 'accepted';
  const words = output.trim();
  return failure(
    `${command.join(' ')}: ${failed ?? `exit code ${exitCode}`}${words === '' ? '' : `\n${words}`}`,
  );
};

/** Whether the master has tried since and failed. It does not answer while it tries. */
const hasFailed = async (master: Master, before: Processes): Promise<boolean> => {
  const now = await master.ask('show proc', 5_000).then(parseShowProc, () => null);
  return now !== null && now.reloads > before.reloads && now.failed > 0;
};
