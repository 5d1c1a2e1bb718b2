import type { System } from '../../platform/system.ts';
import type { HaproxyFeatures } from '../../targets/haproxy/versions.ts';
import type { Controller, Outcome } from '../controller.ts';
import { couldNotRun } from '../could-not-run.ts';
import { createMaster } from './master.ts';
import { observe } from './observe.ts';
import { closeSessions, readOldWorkers } from './old-workers.ts';
import { reload } from './reload.ts';
import { createServerControl } from './servers.ts';

export interface HaproxyOptions {
  readonly binary: string;
  /** The published configuration. */
  readonly file: string;
  /** The runtime API's socket. */
  readonly socket: string;
  /** The master's socket, as `-S` names it. */
  readonly masterSocket: string;
  /** Reloads in place of the master socket; null for that. */
  readonly reloadCommand: readonly string[] | null;
  readonly features: HaproxyFeatures;
}

const CHECK_TIMEOUT_MS = 60_000;
const VERSION_TIMEOUT_MS = 5_000;

/** Deals with a HAProxy that runs in master-worker mode. */
export const createHaproxyControl = (options: HaproxyOptions, system: System): Controller => {
  const { binary, file, socket, masterSocket, reloadCommand, features } = options;
  const master = createMaster(system, masterSocket);
  return {
    version: async () => {
      const { output } = await system.run([binary, '-v'], VERSION_TIMEOUT_MS);
      const [, version] = /^HAProxy version ([0-9]+(\.[0-9]+)*)/m.exec(output) ?? [];
      return version === undefined ? null : version.split('.').map(Number);
    },
    check: async (checked): Promise<Outcome> => {
      const { exitCode, failed, output } = await system.run([binary, '-c', '-f', checked], CHECK_TIMEOUT_MS);
      if (exitCode === 0 && failed === null) return { ok: true };
      const words = output.trim() || `exit code ${exitCode}`;
      return { ok: false, output: failed === null ? words : couldNotRun(binary, failed) };
    },
    observe: () => observe(system, master, socket),
    reload: (generation) =>
      reload(system, master, { generation, socket, masterSocket, command: reloadCommand }),
    servers: createServerControl(system, socket, features),
    oldWorkers: () => readOldWorkers(master),
    workersAtOnce: async () => 1,
    closeSockets: ({ pid }, count) => closeSessions(master, pid, count),
    closesOneByOne: true,
    gentleEnd: 'SIGUSR1',
    startCommand: () => [binary, '-W', '-S', `${masterSocket},mode,600`, '-f', file],
  };
};
