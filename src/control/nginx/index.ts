import { basename, join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ProxyPlan } from '../../plan/proxy-plan.ts';
import type { System } from '../../platform/system.ts';
import { logFile, pidFile } from '../../targets/nginx/places.ts';
import { generationListener } from '../../targets/nginx/view-servers.ts';
import type { Controller, ControlSettings, Outcome } from '../controller.ts';
import { couldNotRun } from '../could-not-run.ts';
import { askGeneration } from './ask-generation.ts';
import { askBuiltIn, type BuiltIn } from './built-in.ts';
import { reloadNginx } from './reload.ts';
import { readProcesses } from './workers.ts';

/** What is known of an nginx from the description. */
export interface NginxSettings {
  readonly binary: string;
  /** The published file. */
  readonly file: string;
  readonly layout: 'full' | 'include';
  readonly reload: readonly string[] | null;
  /** Folder for a file of our own that includes the published one, to check it. */
  readonly stateDir: string;
  readonly plan: ProxyPlan;
}

/** The nginx that a description speaks of. */
export const controlNginx = async (
  { nginx }: Cluster,
  { file, stateDir, plan }: ControlSettings,
  system: System,
): Promise<Controller> =>
  createNginxControl(
    {
      binary: nginx.binary ?? (await system.findProgram('nginx')),
      file,
      layout: nginx.layout,
      reload: nginx.reload ?? null,
      stateDir,
      plan,
    },
    system,
  );

/** Deals with an nginx by signals, and by what it and its processes tell. */
export const createNginxControl = (settings: NginxSettings, system: System): Controller => {
  const { binary, layout, plan } = settings;
  const whole = layout === 'full';
  let builtIn: Promise<BuiltIn | null> | null = null;
  const built = (): Promise<BuiltIn | null> => (builtIn ??= askBuiltIn(binary, system));
  /** What nginx was started or last reloaded with, as far as is known: where `runtimeDir` changes it is found there. */
  let known = plan;
  const places = async (
    place: (one: ProxyPlan) => Promise<string>,
  ): Promise<readonly [string, ...string[]]> => {
    const [former, wanted] = [await place(known), await place(plan)];
    return former === wanted ? [former] : [former, wanted];
  };
  const pids = () =>
    places(async (one) => (whole ? pidFile(one) : null) ?? (await built())?.pidFile ?? '/run/nginx.pid');
  const errorLogs = () =>
    places(
      async (one) =>
        (whole && one.runtimeDir !== null ? logFile(one, 'error.log') : (await built())?.errorLog) ??
        '/var/log/nginx/error.log',
    );
  const test = async (file: string | null): Promise<Outcome> => {
    const { exitCode, output, failed } = await system.run(
      [binary, '-t', '-q', ...(file === null ? [] : ['-c', file])],
      60_000,
    );
    if (exitCode === 0) return { ok: true };
    return { ok: false, output: output || couldNotRun(binary, failed) };
  };

  return {
    version: async () => (await built())?.version ?? null,
    check: async (file) => {
      if (whole) return test(file);
      const wrapper = join(settings.stateDir, `${basename(settings.file)}.check`);
      await system.replaceFile(wrapper, `events {}\nhttp {\n    include "${file}";\n}\n`);
      return test(wrapper);
    },
    observe: async (serving = plan) => {
      known = serving;
      const files = await pids();
      const file = files.join(', ');
      // Another listener may be another process's.
      const listener = generationListener(serving);
      const generation = listener && (await askGeneration(listener, system));
      if ((await readProcesses(files, system)) !== null) return { state: 'running', generation };
      const start = whole
        ? `start it: ${binary} -c ${settings.file}`
        : 'start it, for example: systemctl start nginx';
      // Workers go on without their master, and keep its ports.
      return generation === null
        ? { state: 'stopped', reason: `nginx does not run: ${file} names no process`, hint: start }
        : {
            state: 'stopped',
            reason: `nginx answers, but ${file} names no process: its master has gone, or writes its pid elsewhere`,
            hint: `end what is left of it (ps -C nginx), then ${start}`,
          };
    },
    reload: async (generation, serving = plan) => {
      // A part of a configuration may be right by itself and collide with another part.
      const tested = whole ? { ok: true as const } : await test(null);
      if (!tested.ok) return tested;
      const where = { pidFiles: await pids(), errorLogs: await errorLogs() };
      const listener = generationListener(serving);
      return reloadNginx({ ...where, command: settings.reload, listener }, generation, system);
    },
    servers: null,
    oldWorkers: async () => {
      const processes = await readProcesses(await pids(), system);
      return (processes?.old ?? []).map((worker) => ({ pid: worker }));
    },
    workersAtOnce: async () => Math.max(1, (await readProcesses(await pids(), system))?.current.length ?? 1),
    closesOneByOne: false,
    closeSockets: async (worker) => {
      try {
        system.kill(worker.pid, 'SIGTERM');
        return 0;
      } catch {
        return null;
      }
    },
    gentleEnd: 'SIGQUIT',
    startCommand: () => [binary, ...(whole ? ['-c', settings.file] : []), '-g', 'daemon off;'],
  };
};
