import type { ProxyPlan } from '../../plan/proxy-plan.ts';

type Where = Pick<ProxyPlan, 'name' | 'runtimeDir'>;

/** A log file. */
export const logFile = ({ runtimeDir }: Where, name: string): string =>
  runtimeDir === null ? `/var/log/nginx/${name}` : `${runtimeDir}/nginx-${name}`;

/** Where the master process leaves its pid; null where nginx was built to leave it. */
export const pidFile = ({ runtimeDir }: Pick<Where, 'runtimeDir'>): string | null =>
  runtimeDir === null ? null : `${runtimeDir}/nginx.pid`;

/** Folder of the cache. */
export const cacheFolder = ({ name, runtimeDir }: Where): string =>
  runtimeDir === null ? `/var/cache/${name}` : `${runtimeDir}/nginx-cache`;

/** Name of the cache. */
export const cacheZone = ({ name }: Where): string => `${name}.cache`;
