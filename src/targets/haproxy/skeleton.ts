import type { ProxyPlan } from '../../plan/proxy-plan.ts';
import type { Version } from '../version.ts';
import { haproxyRuntimeRule } from './runtime-rule.ts';

/** The plan without what can be changed while HAProxy runs: a configuration of the same skeleton needs no reload. */
export const skeleton = (plan: ProxyPlan, version: Version): ProxyPlan => {
  const rule = haproxyRuntimeRule(version);
  return {
    ...plan,
    pools: plan.pools.map((pool) => ({
      ...pool,
      servers: pool.servers
        .filter((server) => rule({ kind: 'add', pool: pool.id, server }) !== null)
        .map((server) => ({ ...server, state: 'ready', weight: 1 })),
    })),
  };
};
