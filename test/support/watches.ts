import { expect } from 'vitest';
import { untilReady, workersOf } from './faults.ts';
import { freePorts } from './free-port.ts';
import type { KeptProxy, ListedNode } from './kept-proxy.ts';
import { type KeptStage, stageKept } from './kept-stage.ts';
import type { RunningCli } from './running-cli.ts';
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

/** More of the description: of its `watch`, of the app, and besides. */
interface More {
  readonly watch?: object;
  readonly app?: object;
  readonly rest?: object;
}

/** Watches for a group of tests, and what they keep in step; all is stopped after the group. */
export interface Watches extends Pick<KeptStage, 'list'> {
  /** A description and its list, published nowhere yet. */
  keep(list: readonly ListedNode[], more?: More): Promise<KeptProxy>;
  /** The same, published and served. */
  serve(list: readonly ListedNode[], more?: More): Promise<KeptProxy>;
  start(kept: KeptProxy, ...args: readonly string[]): Promise<Watch>;
  /** Serves, and starts a watch that has seen that all is in step. */
  follow(
    list: readonly ListedNode[],
    options?: More & { readonly args?: readonly string[] },
  ): Promise<Watched>;
  startProxy(list: readonly ListedNode[]): Promise<WatchedChild>;
}

export const stageWatches = (stage: Stage): Watches => {
  const { list, ...staged } = stageKept(stage);
  const parts = ({ watch = {}, app = {}, rest = {} }: More) => ({
    parts: { watch: { ...WATCH, ...watch }, ...rest },
    app,
  });
  const keep: Watches['keep'] = (nodes, more = {}) => staged.keep(nodes, parts(more));
  const serve: Watches['serve'] = (nodes, more = {}) => staged.serve(nodes, parts(more));
  const start: Watches['start'] = async (kept, ...args) => {
    const [status = 0] = await freePorts(1);
    const watch = kept.start(['watch', '--verbose', '--status', `127.0.0.1:${status}`, ...args]);
    return { watch, status };
  };
  return {
    list,
    keep,
    serve,
    start,
    follow: async (nodes, { args = ['--reload'], ...more } = {}) => {
      const kept = await serve(nodes, more);
      const { watch, status } = await start(kept, ...args);
      await watch.says(/nothing to do/, { all: true });
      return { kept, watch, status };
    },
    startProxy: async (nodes) => {
      const kept = await keep(nodes);
      const { watch, status } = await start(kept, '--start');
      const told = await watch.says(/started as process \d+/, { all: true });
      const child = Number(/process (\d+)/.exec(told)?.[1]);
      await untilReady(status);
      return { kept, watch, status, child, workers: await workersOf({ proxyPid: child }) };
    },
  };
};

/** Ends a watch as systemd would, and sees that it takes that well. */
export const endWatch = async (watch: RunningCli): Promise<void> => {
  watch.kill('SIGTERM');
  expect(await watch.ended).toBe(0);
};
