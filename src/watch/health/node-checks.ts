import type { NodeStates } from '../../inventory/states.ts';
import type { System } from '../../platform/system.ts';
import type { RunReport } from '../../reconcile/run.ts';
import { type TargetName, targetNames } from '../../targets/registry.ts';
import type { Log } from '../log/log.ts';
import { createProber } from './prober.ts';

/** The checks of the nodes of those proxies that have no active checks of their own. */
export interface NodeChecks {
  /** Checks the nodes that a run found, and no others; none where no proxy's nodes are to be checked here. */
  follow(report: RunReport): void;
  /** Nodes that are to be taken out, for each proxy whose nodes are checked here, and the apps where too many fail for that. */
  verdict(report: RunReport | null): CheckVerdict;
  stop(): void;
}

interface CheckVerdict {
  readonly failing: ReadonlyMap<TargetName, NodeStates>;
  readonly doubted: readonly string[];
}

/** `onTurn` is called when a node begins to fail, or is well again, once that is logged. */
export const createNodeChecks = (
  onTurn: () => void,
  system: Pick<System, 'request' | 'sleep'>,
  log: Log,
): NodeChecks => {
  const prober = createProber((app, node, failing) => {
    log[failing ? 'warn' : 'info'](`${node} of ${app} ${failing ? 'fails its checks' : 'is well again'}`);
    onTurn();
  }, system);

  return {
    follow: ({ outputs }) => {
      const probed = outputs.find(({ target, prepared }) => prepared?.cluster[target].probe)?.prepared;
      if (probed) prober.follow(probed.configuration.plan, probed.cluster.watch.maxShrink);
      else prober.stop();
    },
    verdict: (report) => {
      const { states, doubted } = prober.verdict();
      const probed = targetNames.filter((target) => report?.cluster[target].probe);
      return { failing: new Map(probed.map((target) => [target, states])), doubted };
    },
    stop: prober.stop,
  };
};
