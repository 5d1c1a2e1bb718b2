import type { Cluster } from '../cluster/cluster.ts';
import type { ProxyPlan } from '../plan/proxy-plan.ts';
import type { System } from '../platform/system.ts';
import type { TargetName } from '../targets/registry.ts';
import type { Version } from '../targets/version.ts';
import type { Controller } from './controller.ts';

/** What a controller is made for. */
export interface ControlSettings {
  /** The published file. */
  readonly file: string;
  readonly stateDir: string;
  readonly plan: ProxyPlan;
  /** The version that the configuration is written for. */
  readonly version: Version;
}

type Create = (cluster: Cluster, settings: ControlSettings, system: System) => Promise<Controller>;

const controllers = {
  haproxy: async (cluster, settings, system) =>
    (await import('./haproxy/from-description.ts')).controlHaproxy(cluster, settings, system),
  nginx: async (cluster, settings, system) =>
    (await import('./nginx/index.ts')).controlNginx(cluster, settings, system),
} satisfies Record<TargetName, Create>;

/** Who deals with the proxy of a target. */
export const createController = (
  target: TargetName,
  cluster: Cluster,
  settings: ControlSettings,
  system: System,
): Promise<Controller> => controllers[target](cluster, settings, system);
