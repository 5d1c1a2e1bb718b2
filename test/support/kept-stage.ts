import { afterAll } from 'vitest';
import { type KeptProxy, keepProxy, type ListedNode, serveKeptProxy } from './kept-proxy.ts';
import type { Stage } from './stage.ts';

/** What a description has besides its list of nodes. */
type More = Omit<Parameters<typeof keepProxy>[0], 'proxy' | 'nodes'>;

/** Kept proxies for a group of tests; all is stopped after the group. */
export interface KeptStage {
  /** Nodes with the names a, b, c and so on, as a list has them. */
  list(count: number): Promise<ListedNode[]>;
  /** A description and its list, published nowhere yet. */
  keep(list: readonly ListedNode[], more?: More): Promise<KeptProxy>;
  /** The same, published and served. */
  serve(list: readonly ListedNode[], more?: More): Promise<KeptProxy>;
}

export const stageKept = ({ proxy, nodes }: Stage): KeptStage => {
  const open: KeptProxy[] = [];
  afterAll(async () => {
    await Promise.all(open.map((kept) => kept.stop()));
  });
  const opened = (kept: KeptProxy): KeptProxy => {
    open.push(kept);
    return kept;
  };
  return {
    list: async (count) => (await nodes(count)).map(listed),
    keep: async (list, more) => opened(await keepProxy({ proxy, nodes: list, ...more })),
    serve: async (list, more) => opened(await serveKeptProxy({ proxy, nodes: list, ...more })),
  };
};

/** A node as a list has it. */
export const listed = ({ id, host, port }: Pick<ListedNode, 'id' | 'host' | 'port'>): ListedNode => ({
  id,
  host,
  port,
});
