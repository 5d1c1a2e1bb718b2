import type { LostNodes } from '../../inventory/settle-inventory.ts';
import type { NodeStates } from '../../inventory/states.ts';
import type { System } from '../../platform/system.ts';
import type { RunReport } from '../../reconcile/run.ts';
import type { Log } from '../log/log.ts';
import { createProber } from './prober.ts';

/** The checks of the nodes of those proxies that have no active checks of their own. */
export interface NodeChecks {
  /** Checks the nodes that a run found, and no others; none where no proxy's nodes are to be checked here. */
  follow(report: RunReport): void;
  /** States of the nodes that are to be taken out, where those are lost. */
  failing(lost: LostNodes): NodeStates;
  stop(): void;
}

interface Hearers {
  /** Called when a node begins to fail, or is well again, once that is logged. */
  onTurn(): void;
  /** Called with each look at who fails, with the apps where too many do for all to be taken out. */
  onDoubt(apps: readonly string[]): void;
}

export const createNodeChecks = (
  { onTurn, onDoubt }: Hearers,
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
    failing: (lost) => {
      const { states, doubted } = prober.verdict(lost);
      onDoubt(doubted);
      return states;
    },
    stop: prober.stop,
  };
};
