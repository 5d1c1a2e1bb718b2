import { afterAll, describe } from 'vitest';
import { type MeteorNode, type NodeOptions, startNodes, stopAll } from './cluster.ts';
import { freePorts } from './free-port.ts';
import { type InstalledProxy, proxiesUnderTest } from './proxies.ts';
import { nodesOf, type RunningProxy, startProxy } from './running-proxy.ts';

/** Starts what a test needs; all of it is stopped after the test file's group. */
export interface Stage {
  readonly proxy: InstalledProxy;
  nodes(count: number, options?: NodeOptions): Promise<MeteorNode[]>;
  /** The proxy with an app `todos` on the nodes. */
  through(
    nodes: readonly MeteorNode[],
    app?: object,
    rest?: object,
    options?: { readonly tls?: boolean; readonly proxy?: InstalledProxy },
  ): Promise<RunningProxy>;
}

/** One group of tests for each proxy under test; at one time where they have time to spare. */
export const describeProxies = (
  title: string,
  tests: (stage: Stage) => void,
  { concurrent = false } = {},
): void =>
  (concurrent ? describe.concurrent : describe).each(
    proxiesUnderTest().map((proxy) => [`${proxy.proxy} ${proxy.version}`, proxy] as const),
  )(`%s: ${title}`, (_name, proxy) => {
    const nodes: MeteorNode[] = [];
    const running: RunningProxy[] = [];
    afterAll(async () => {
      await Promise.all(running.map((one) => one.stop()));
      await stopAll(nodes);
    });
    tests({
      proxy,
      nodes: async (count, options) => {
        const started = await startNodes(count, options);
        nodes.push(...started);
        return started;
      },
      through: async (before, app = {}, rest = {}, options = {}) => {
        const [port = 0] = await freePorts(1);
        const one = await startProxy({
          proxy,
          port,
          app: { nodes: nodesOf(before), ...app },
          rest,
          ...options,
        });
        running.push(one);
        return one;
      },
    });
  });
