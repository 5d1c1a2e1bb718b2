import type { Cluster } from '../cluster/cluster.ts';
import type { System } from '../platform/system.ts';
import type { TargetName } from '../targets/registry.ts';
import type { Controller, ControlSettings } from './controller.ts';

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
