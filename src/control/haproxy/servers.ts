import type { ProxyPlan } from '../../plan/proxy-plan.ts';
import type { System } from '../../platform/system.ts';
import { wantedBackends } from '../../targets/haproxy/runtime-backends.ts';
import {
  inStep,
  leftovers,
  type RuntimeCommand,
  runtimeSteps,
} from '../../targets/haproxy/runtime-commands.ts';
import { parseServersState, type RunningServer } from '../../targets/haproxy/servers-state.ts';
import { parseSessionCounts } from '../../targets/haproxy/show-stat.ts';
import type { HaproxyFeatures } from '../../targets/haproxy/versions.ts';
import type { Outcome, ServerControl } from '../controller.ts';
import { askWorker, CliError, excerpt } from './cli.ts';
import { problem } from './problem.ts';

/** Changes the servers of the worker behind a socket. */
export const createServerControl = (
  system: Pick<System, 'ask'>,
  socket: string,
  features: HaproxyFeatures,
): ServerControl => ({
  inStep: async (plan) => {
    const running = await readServers(system, socket).catch(() => null);
    return running && inStep(wantedBackends(plan, features), running, features);
  },

  bring: async (plan) => {
    try {
      const running = await readServers(system, socket);
      const result = runtimeSteps(wantedBackends(plan, features), running, features);
      if ('impossible' in result) return { ok: false, output: result.impossible };
      for (const step of result.steps) {
        const outcome = await take(system, socket, step);
        if (!outcome.ok) return outcome;
      }
      return { ok: true };
    } catch (error) {
      return { ok: false, output: `${problem(socket, error)}; ${NEEDS_RESTART}` };
    }
  },

  sweep: async (plan) => {
    const waiting = await readLeftovers(system, socket, plan, features).catch(() => []);
    if (waiting.length === 0) return 0;
    return await sweep(system, socket, waiting).catch(() => waiting.length);
  },
});

const NEEDS_RESTART =
  'until its runtime API answers there, which a restart of HAProxy brings about, each change is a reload';

const readServers = async (
  system: Pick<System, 'ask'>,
  socket: string,
): Promise<readonly RunningServer[]> => {
  const [answer = ''] = await askWorker(system, socket, ['show servers state']);
  const servers = parseServersState(answer);
  if (servers === null) throw new CliError(`show servers state: ${excerpt(answer)}`);
  return servers;
};

/** One step; all of its answers are checked. */
const take = async (
  system: Pick<System, 'ask'>,
  socket: string,
  step: readonly RuntimeCommand[],
): Promise<Outcome> => {
  const answers = await askWorker(
    system,
    socket,
    step.map(({ text }) => text),
  );
  const at = step.findIndex(({ expected }, index) => !expected.test(answers[index] ?? ''));
  return at === -1 ? { ok: true } : { ok: false, output: `${step[at]?.text}: ${answers[at]}` };
};

const readLeftovers = async (
  system: Pick<System, 'ask'>,
  socket: string,
  plan: ProxyPlan,
  features: HaproxyFeatures,
): Promise<readonly RunningServer[]> =>
  // One that still serves is for `bring` to put into maintenance.
  leftovers(wantedBackends(plan, features), await readServers(system, socket)).filter(({ maint }) => maint);

/** Deletes those that nobody uses; how many are used. */
const sweep = async (
  system: Pick<System, 'ask'>,
  socket: string,
  waiting: readonly RunningServer[],
): Promise<number> => {
  const [stat = ''] = await askWorker(system, socket, ['show stat -1 4 -1']);
  const counts = parseSessionCounts(stat);
  if (counts === null) throw new CliError(`show stat: ${excerpt(stat)}`);
  const path = ({ backend, name }: RunningServer): string => `${backend}/${name}`;
  const idle = waiting.filter((server) => counts.get(path(server)) === 0);
  // From 3.3 on idle connections are left to `wait`, which older ones don't know; `del` tells how it went.
  const answers = await askWorker(
    system,
    socket,
    idle.flatMap((server) => [`wait 10ms srv-removable ${path(server)}`, `del server ${path(server)}`]),
  );
  const used = idle.filter((_, index) => !GONE.test(answers[2 * index + 1] ?? ''));
  return waiting.length - idle.length + used.length;
};

/** A server of the file that others follow can't be deleted; it stays in maintenance, and uses nothing. */
const GONE =
  /^(Server deleted\.|This server cannot be removed at runtime due to other configuration elements.*)$/;
