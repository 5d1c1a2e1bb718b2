import { type Address, addressText } from '../../cluster/cluster.ts';
import type { LostNodes } from '../../inventory/settle-inventory.ts';
import type { NodeStates } from '../../inventory/states.ts';
import type { Pool, ProxyPlan, Server } from '../../plan/proxy-plan.ts';
import type { System } from '../../platform/system.ts';
import { afterCheck, type HealthState, takenOut, WELL } from './health-state.ts';

/** Checks nodes where the proxy can't. */
export interface Prober {
  /** Checks the nodes of a plan from now on, and no others. */
  follow(plan: ProxyPlan, maxShare: number): void;
  /** Nodes that are to be taken out, as states, where those are lost; and apps where too many fail for that. */
  verdict(lost: LostNodes): ProberVerdict;
  stop(): void;
}

interface ProberVerdict {
  readonly states: NodeStates;
  readonly doubted: readonly string[];
}

interface Check {
  readonly key: string;
  readonly pool: Pool;
  readonly server: Server;
  readonly https: boolean;
}

interface Running {
  readonly check: Check;
  readonly stopping: AbortController;
  state: HealthState;
}

/** `onTurn` is called when a node begins to fail, or is well again. */
export const createProber = (
  onTurn: (app: string, node: string, failing: boolean) => void,
  system: Pick<System, 'request' | 'sleep'>,
): Prober => {
  const running = new Map<string, Running>();
  let share = 1;

  const start = (check: Check): void => {
    const own: Running = { check, stopping: new AbortController(), state: WELL };
    running.set(check.key, own);
    void probe(own);
  };

  const probe = async (own: Running): Promise<void> => {
    const { signal } = own.stopping;
    while (!signal.aborted) {
      const { pool, server } = own.check;
      const passed = await ask(own.check, system);
      if (signal.aborted) return;
      const before = own.state.failing;
      own.state = afterCheck(own.state, passed, pool.health);
      if (own.state.failing !== before) onTurn(pool.id, server.id, own.state.failing);
      await system.sleep(pool.health.interval, signal).catch(() => {});
    }
  };

  return {
    follow: (plan, maxShare) => {
      share = maxShare;
      const wanted = new Map(checksOf(plan).map((check) => [check.key, check]));
      for (const [key, { stopping }] of running) {
        if (wanted.has(key)) continue;
        stopping.abort();
        running.delete(key);
      }
      for (const [key, check] of wanted) if (!running.has(key)) start(check);
    },
    verdict: (lost) => judge([...running.values()], lost, share),
    stop: () => {
      for (const { stopping } of running.values()) stopping.abort();
      running.clear();
    },
  };
};

const judge = (running: readonly Running[], lost: LostNodes, maxShare: number): ProberVerdict => {
  const states: Record<string, Record<string, 'down'>> = {};
  const doubted: string[] = [];
  for (const app of new Set(running.map(({ check }) => check.pool.id))) {
    const own = running.filter(({ check }) => check.pool.id === app);
    const failing = own.filter(({ state }) => state.failing).map(({ check }) => check.server.id);
    const out = takenOut(failing, { total: own.length, lost: lost.get(app) ?? new Set(), maxShare });
    if (out.length > 0) states[app] = Object.fromEntries(out.map((id) => [id, 'down' as const]));
    if (out.length < failing.length) doubted.push(app);
  }
  return { states, doubted };
};

/** A check is another one when anything about it differs. */
const checksOf = ({ pools, listeners, front }: ProxyPlan): readonly Check[] => {
  // Meteor's force-ssl answers plain requests with a redirect.
  const https = listeners.some(({ tls }) => tls !== null) || front !== null;
  return pools.flatMap((pool) =>
    pool.servers.map((server) => ({
      key: JSON.stringify([pool.id, server.id, addressText(server.address), pool.health, https]),
      pool,
      server,
      https,
    })),
  );
};

const ask = async (
  { pool, server, https }: Check,
  { request }: Pick<System, 'request'>,
): Promise<boolean> => {
  try {
    const { status } = await request({
      to: whereTo(server.address),
      path: pool.health.path,
      headers: { host: pool.health.host, ...(https ? { 'x-forwarded-proto': 'https' } : {}) },
      timeoutMs: pool.health.timeout,
    });
    return status >= 200 && status < 400;
  } catch {
    return false;
  }
};

const whereTo = (address: Address): { host: string; port: number } | { socket: string } =>
  address.kind === 'socket' ? { socket: address.path } : { host: address.host, port: address.port };
