import { expandNodes } from '../cluster/expand-nodes.ts';
import { LbError } from '../diagnostics/lb-error.ts';

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
  readonly env: Environment;
}

/** Meteor's default. */
const UWS_PORT = 5001;

/** Each worker with ports of its own. Pure; throws LbError where METEOR_SETTINGS is needed and is no JSON. */
export const planWorkers = (plan: WorkersPlan, env: Environment): readonly WorkerPlan[] => {
  const { app, host, port: first, count, forwardedCount } = plan;
  if (first + count - 1 > 65_535)
    throw new LbError('usage', `${count} workers from port ${first} on need ports above 65535`);
  return Array.from({ length: count }, (_, index) => {
    const port = first + index;
    const [node] = expandNodes(app, { host, port }, null);
    return {
      id: node?.id ?? '',
      host,
      port,
      env: {
        ...env,
        PORT: String(port),
        BIND_IP: host,
        ...(forwardedCount === null ? {} : { HTTP_FORWARDED_COUNT: String(forwardedCount) }),
        ...(plan.uws ? { METEOR_SETTINGS: withUwsPort(env.METEOR_SETTINGS, index) } : {}),
      },
    };
  });
};

/** Whether the environment chooses the `uws` transport. */
export const choosesUws = ({ DDP_TRANSPORT, DISABLE_SOCKJS }: Environment): boolean =>
  DDP_TRANSPORT === 'uws' || DISABLE_SOCKJS === 'uws';

/** Settings of Meteor alone say where `uws` listens: packages["ddp-server"].uws.port. */
const withUwsPort = (written: string | undefined, index: number): string => {
  const settings = parseObject(written?.trim() || '{}');
  const packages = objectOf(settings.packages);
  const ddpServer = objectOf(packages['ddp-server']);
  const uws = objectOf(ddpServer.uws);
  const first = typeof uws.port === 'number' ? uws.port : UWS_PORT;
  const own = { ...uws, port: first + index };
  return JSON.stringify({
    ...settings,
    packages: { ...packages, 'ddp-server': { ...ddpServer, uws: own } },
  });
};

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return objectOf(JSON.parse(text));
  } catch (error) {
    throw new LbError('usage', 'METEOR_SETTINGS is no JSON, so that no port of uws can be added', {
      cause: error,
    });
  }
};

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
