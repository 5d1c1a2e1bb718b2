import type { Listener } from '../../plan/proxy-plan.ts';
import type { System } from '../../platform/system.ts';
import { systemReason } from '../../platform/system-error.ts';
import type { Outcome } from '../controller.ts';
import { askGeneration } from './ask-generation.ts';
import { readProcesses } from './workers.ts';

/** What a reload needs to know. */
export interface ReloadPlan {
  /** Where nginx leaves its pid: now, and once it has reloaded. */
  readonly pidFiles: readonly string[];
  /** Where it tells what is wrong: until it has opened the new log, and from then on. */
  readonly errorLogs: readonly string[];
  /** Program and arguments instead of a signal. */
  readonly command: readonly string[] | null;
  /** Where nginx is asked for its generation; null where all listeners pass TCP through. */
  readonly listener: Listener | null;
}

/** nginx tries for 2.5 s to get a port that is taken; large configurations take seconds to load. */
const DEADLINE_MS = 15_000;
const POLL_MS = 20;

/**
 * Has nginx load its configuration, and waits until it is seen to serve: the generation is told on the listener, or, where
 * there is none to ask, workers appear that were not there; and those that were there take no connections any more, which
 * for a tenth of a second both do. An error in nginx's log ends the wait.
 */
export const reloadNginx = async (plan: ReloadPlan, generation: string, system: System): Promise<Outcome> => {
  const { pidFiles, errorLogs } = plan;
  const before = await readProcesses(pidFiles, system);
  if (before === null)
    return { ok: false, output: `nginx does not run: ${pidFiles.join(', ')} names no process` };
  const log = await followLogs(errorLogs, system);
  const asked = await askForReload(plan, before.master, system);
  if (!asked.ok) return asked;

  const deadline = system.now() + DEADLINE_MS;
  let serves = false;
  while (system.now() < deadline) {
    serves ||= await isServing(plan, generation, before.current, system);
    if (serves && (await areOld(before.current, pidFiles, system))) return { ok: true };
    const text = await log();
    if (hasGivenUp(text)) return { ok: false, output: errorsOf(text) };
    await system.sleep(POLL_MS);
  }
  if (serves) return { ok: true }; // an old worker that is stuck is no reason to go back
  return {
    ok: false,
    output:
      errorsOf(await log()) ||
      `nginx was not seen to serve it within ${DEADLINE_MS / 1000} s (${errorLogs.join(', ')})`,
  };
};

/** What is written to some logs from now on. */
const followLogs = async (files: readonly string[], system: System): Promise<() => Promise<string>> => {
  const sizes = await Promise.all(
    files.map(async (file) => (await system.readFrom(file, Number.MAX_SAFE_INTEGER)).size),
  );
  return async () => {
    const tails = await Promise.all(files.map((file, index) => system.readFrom(file, sizes[index] ?? 0)));
    return tails.map(({ text }) => text).join('\n');
  };
};

const askForReload = async ({ command }: ReloadPlan, master: number, system: System): Promise<Outcome> => {
  if (command !== null) {
    const { exitCode, output, failed } = await system.run(command, 30_000);
    if (exitCode === 0) return { ok: true };
    return { ok: false, output: `${command.join(' ')}: ${output.trim() || (failed ?? `exit ${exitCode}`)}` };
  }
  try {
    system.kill(master, 'SIGHUP');
    return { ok: true };
  } catch (error) {
    const reason = systemReason(error) ?? String(error);
    return {
      ok: false,
      output: `nginx (process ${master}) can not be signalled: ${reason}. Run as its user, or give a command as nginx.reload`,
    };
  }
};

const isServing = async (
  { listener, pidFiles }: ReloadPlan,
  generation: string,
  former: readonly number[],
  system: System,
): Promise<boolean> => {
  if (listener !== null) return (await askGeneration(listener, system)) === generation;
  const now = await readProcesses(pidFiles, system);
  return now?.current.some((pid) => !former.includes(pid)) ?? false;
};

/** Whether workers have been told to end, or have ended. */
const areOld = async (
  workers: readonly number[],
  pidFiles: readonly string[],
  system: System,
): Promise<boolean> => {
  const now = await readProcesses(pidFiles, system);
  return now !== null && !now.current.some((pid) => workers.includes(pid));
};

/** A port that is taken is tried again, five times; every other error is the last word. */
const hasGivenUp = (log: string): boolean =>
  /\[emerg\]/.test(log.replaceAll(/^.*\[emerg\].*\bbind\(\) to .* failed.*$/gm, ''));

const errorsOf = (log: string): string =>
  log
    .split('\n')
    .filter((line) => /\[(emerg|alert|crit)\]/.test(line))
    .join('\n');
