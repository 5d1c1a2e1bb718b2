import type { Cluster } from '../../cluster/cluster.ts';
import type { System } from '../../platform/system.ts';
import { masterSocket, runtimeSocket } from '../../targets/haproxy/places.ts';
import { haproxyFeatures } from '../../targets/haproxy/versions.ts';
import type { Controller, ControlSettings } from '../controller.ts';
import { createHaproxyControl } from './index.ts';

/** The HAProxy that a description speaks of. */
export const controlHaproxy = async (
  cluster: Cluster,
  { file, version }: ControlSettings,
  system: System,
): Promise<Controller> =>
  createHaproxyControl(
    {
      binary: cluster.haproxy.binary ?? (await system.findProgram('haproxy')),
      file,
      socket: runtimeSocket(cluster),
      masterSocket: masterSocket(cluster),
      reloadCommand: cluster.haproxy.reload ?? null,
      features: haproxyFeatures(version),
    },
    system,
  );
