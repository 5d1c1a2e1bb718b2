import type { Cluster } from '../../src/cluster/cluster.ts';
import { readStructured } from '../../src/cluster/read/read-structured.ts';
import { clusterSchema } from '../../src/cluster/schema/cluster.ts';
import { EMPTY_INVENTORY } from '../../src/cluster/schema/inventory.ts';
import { toCluster } from '../../src/cluster/to-cluster.ts';
import { planProxy } from '../../src/plan/plan-proxy.ts';
import type { ProxyPlan } from '../../src/plan/proxy-plan.ts';

/** The cluster of a description. */
export const clusterOf = (description: object): Cluster => {
  const { value, diagnostics } = readStructured(JSON.stringify(description), 'cluster.json', clusterSchema);
  if (value === null) throw new Error(JSON.stringify(diagnostics));
  return toCluster(value, EMPTY_INVENTORY);
};

/** The plan of a description, as it comes back from a file: that is how plans are compared. */
export const planOf = (description: object): ProxyPlan => asWritten(planProxy(clusterOf(description)));

export const asWritten = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
