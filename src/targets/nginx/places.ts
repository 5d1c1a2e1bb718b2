import type { ProxyPlan } from '../../plan/proxy-plan.ts';

type Where = Pick<ProxyPlan, 'name' | 'runtimeDir'>;

/** A log file. */
export const logFile = ({ runtimeDir }: Where, name: string): string =>
  runtimeDir === null ? `/var/log/nginx/${name}` : `${runtimeDir}/nginx-${name}`;

/** Folder of the cache. */
export const cacheFolder = ({ name, runtimeDir }: Where): string =>
  runtimeDir === null ? `/var/cache/${name}` : `${runtimeDir}/nginx-cache`;

/** Name of the cache. */
export const cacheZone = ({ name }: Where): string => `${name}.cache`;
