import type { System } from '../../platform/system.ts';

/** The processes of a running nginx. */
export interface NginxProcesses {
  readonly master: number;
  /** Workers that take new connections. */
  readonly current: readonly number[];
  /** Workers of earlier configurations, which serve the sockets they have. */
  readonly old: readonly number[];
}

/** Reads who runs, from the first pid file that names a process and what the processes call themselves; null where nginx does not run. */
export const readProcesses = async (
  pidFiles: readonly string[],
  system: System,
): Promise<NginxProcesses | null> => {
  for (const file of pidFiles) {
    const processes = await readProcessesOf(file, system);
    if (processes !== null) return processes;
  }
  return null;
};

const readProcessesOf = async (pidFile: string, system: System): Promise<NginxProcesses | null> => {
  const text = await system.readText(pidFile).catch(() => '');
  const master = Number.parseInt(text, 10);
  if (!(master > 0) || !isAlive(master, system)) return null;
  const workers = (await system.children(master)).filter(({ title }) => title.includes('worker process'));
  const isOld = ({ title }: { readonly title: string }): boolean => title.includes('shutting down');
  return {
    master,
    current: workers.filter((worker) => !isOld(worker)).map(({ pid }) => pid),
    old: workers.filter(isOld).map(({ pid }) => pid),
  };
};

const isAlive = (pid: number, system: System): boolean => {
  try {
    system.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // it is somebody else's
  }
};
