import { expandNodes } from '../cluster/expand-nodes.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import { type OwnListener, withUwsPort } from './uws.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the workers of an app have in common. */
export interface WorkersPlan {
  readonly app: string;
  /** IP address that they listen on and are listed with. */
  readonly host: string;
  /** Port of the first one; the others follow. */
  readonly port: number;
  readonly count: number;
  /** Whether Meteor's `uws` transport is used, which listens on a port of its own. */
  readonly uws: boolean;
  /** HTTP_FORWARDED_COUNT; null where it is as the environment has it. */
  readonly forwardedCount: number | null;
}

/** One worker: where it listens, and all of its environment. */
export interface WorkerPlan {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Where it listens besides. */
  readonly alsoListens: readonly OwnListener[];
  readonly env: Environment;
}

/** Each worker with ports of its own. Pure; throws LbError where METEOR_SETTINGS is needed and is no JSON, or ports can't be had. */
export const planWorkers = (plan: WorkersPlan, env: Environment): readonly WorkerPlan[] => {
  const { app, host, port: first, count, forwardedCount } = plan;
  const workers = Array.from({ length: count }, (_, index): WorkerPlan => {
    const port = first + index;
    const [node] = expandNodes(app, { host, port }, null);
    const uws = plan.uws ? withUwsPort(env.METEOR_SETTINGS, index) : null;
    return {
      id: node?.id ?? '',
      host,
      port,
      alsoListens: uws === null ? [] : [uws.listener],
      env: {
        ...env,
        PORT: String(port),
        BIND_IP: host,
        ...(forwardedCount === null ? {} : { HTTP_FORWARDED_COUNT: String(forwardedCount) }),
        ...(uws === null ? {} : { METEOR_SETTINGS: uws.settings }),
      },
    };
  });
  checkPorts(
    workers.map(({ port }) => port),
    workers.flatMap(({ alsoListens }) => alsoListens.map(({ port }) => port)),
  );
  return workers;
};

const checkPorts = (ports: readonly number[], ofUws: readonly number[]): void => {
  const count = `${ports.length} workers`;
  if ((ports.at(-1) ?? 0) > HIGHEST)
    throw new LbError('usage', `${count} from port ${ports[0]} on need ports above ${HIGHEST}`);
  const hint = 'choose another --port, or packages["ddp-server"].uws.port in METEOR_SETTINGS';
  if ((ofUws.at(-1) ?? 0) > HIGHEST)
    throw new LbError('usage', `uws of ${count} from port ${ofUws[0]} on needs ports above ${HIGHEST}`, {
      hint,
    });
  const both = ofUws.find((port) => ports.includes(port));
  if (both !== undefined)
    throw new LbError('usage', `port ${both} would be one of a worker and one of uws`, { hint });
};

const HIGHEST = 65_535;
