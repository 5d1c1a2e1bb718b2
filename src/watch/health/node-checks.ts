import type { System } from '../../platform/system.ts';
import type { RunReport } from '../../reconcile/run.ts';
import type { Log } from '../log/log.ts';
import { createProber, type Prober } from './prober.ts';

/** The checks of the nodes of those proxies that have no active checks of their own. */
export interface NodeChecks extends Pick<Prober, 'verdict' | 'stop'> {
  /** Checks the nodes that a run found, and no others; none where no proxy's nodes are to be checked here. */
  follow(report: RunReport): void;
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
    verdict: prober.verdict,
    stop: prober.stop,
  };
};
