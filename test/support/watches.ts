import { afterAll } from 'vitest';
import { untilReady, workersOf } from './faults.ts';
import { freePorts } from './free-port.ts';
import { type KeptProxy, keepProxy, type ListedNode, type RunningCli, serveKeptProxy } from './kept-proxy.ts';
import type { Stage } from './stage.ts';

/** Short times; nodes are not checked, where a test does not say otherwise, so that it sees one thing at a time. */
const WATCH = { settle: '20ms', poll: '500ms', hold: '1ms' };

/** A watch, and the port of its status. */
interface Watch {
  readonly watch: RunningCli;
  readonly status: number;
}

interface Watched extends Watch {
  readonly kept: KeptProxy;
}

/** A watch that runs the proxy itself. */
interface WatchedChild extends Watched {
  readonly child: number;
  readonly workers: readonly number[];
}

/** Watches for a group of tests, and what they keep in step; all is stopped after the group. */
export interface Watches {
  /** Nodes with the names a, b, c and so on. */
  list(count: number): Promise<ListedNode[]>;
  /** A description and its list, published nowhere yet. */
  keep(list: readonly ListedNode[]): Promise<KeptProxy>;
  /** The same, published and served. */
  serve(list: readonly ListedNode[], watch?: object, app?: object): Promise<KeptProxy>;
  start(kept: KeptProxy, ...args: readonly string[]): Promise<Watch>;
  /** Serves, and starts a watch that has seen that all is in step. */
  follow(
    list: readonly ListedNode[],
    options?: { readonly watch?: object; readonly app?: object; readonly args?: readonly string[] },
  ): Promise<Watched>;
  startProxy(list: readonly ListedNode[]): Promise<WatchedChild>;
}

export const stageWatches = ({ proxy, nodes }: Stage): Watches => {
  const open: KeptProxy[] = [];
  afterAll(async () => {
    await Promise.all(open.map((kept) => kept.stop()));
  });
  const opened = (kept: KeptProxy): KeptProxy => {
    open.push(kept);
    return kept;
  };
  const keep: Watches['keep'] = async (list) =>
    opened(await keepProxy({ proxy, nodes: list, parts: { watch: WATCH } }));
  const serve: Watches['serve'] = async (list, watch = {}, app = {}) =>
    opened(await serveKeptProxy({ proxy, nodes: list, parts: { watch: { ...WATCH, ...watch } }, app }));
  const start: Watches['start'] = async (kept, ...args) => {
    const [status = 0] = await freePorts(1);
    const watch = kept.start(['watch', '--verbose', '--status', `127.0.0.1:${status}`, ...args]);
    return { watch, status };
  };
  return {
    list: async (count) => (await nodes(count)).map(listed),
    keep,
    serve,
    start,
    follow: async (list, { watch: rules = {}, app = {}, args = ['--reload'] } = {}) => {
      const kept = await serve(list, rules, app);
      const { watch, status } = await start(kept, ...args);
      await watch.says(/nothing to do/, { all: true });
      return { kept, watch, status };
    },
    startProxy: async (list) => {
      const kept = await keep(list);
      const { watch, status } = await start(kept, '--start');
      const told = await watch.says(/started as process \d+/, { all: true });
      const child = Number(/process (\d+)/.exec(told)?.[1]);
      await untilReady(status);
      return { kept, watch, status, child, workers: await workersOf({ proxyPid: child }) };
    },
  };
};

/** A node as a list has it. */
export const listed = ({ id, host, port }: Pick<ListedNode, 'id' | 'host' | 'port'>): ListedNode => ({
  id,
  host,
  port,
});
