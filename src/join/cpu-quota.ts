import type { System } from '../platform/system.ts';

/** Where Linux mounts control groups; version 1 has a folder for each kind. */
const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/cpu';

/** The files of one control group that may say how much processor time it has. */
interface QuotaFiles {
  /** Version 2: quota and period, or `max` and period. */
  readonly both: string;
  /** Version 1: microseconds, or -1. */
  readonly quota: string;
  readonly period: string;
}

/** How many processes that each keep a core busy fit, and how many would without a quota. */
export interface Cores {
  readonly count: number;
  readonly machine: number;
}

/** Counts the cores that this process may use. A quota that can't be read is none. */
export const countCores = async (system: Pick<System, 'readText' | 'parallelism'>): Promise<Cores> => {
  const read = (file: string): Promise<string> => system.readText(file).catch(() => '');
  const quotas: (number | null)[] = [];
  for (const { both, quota, period } of quotaFiles(await read('/proc/self/cgroup')))
    quotas.push(
      parseQuota(await read(both)),
      parseQuota(`${(await read(quota)).trim()} ${(await read(period)).trim()}`),
    );
  const machine = system.parallelism();
  return { count: coresWithin(quotas, machine), machine };
};

/**
 * The groups that a process is in, by /proc/self/cgroup: its own and those above it, each of which may have a quota. In a container the paths
 * may be those of the machine, where there is nothing to be found; then the container's own group is the root. Pure.
 */
export const quotaFiles = (cgroup: string): readonly QuotaFiles[] => {
  const paths = cgroup.split('\n').flatMap((line) => {
    const [, kinds, path] = /^[0-9]+:([^:]*):(\/.*)$/.exec(line) ?? [];
    return path !== undefined && (kinds === '' || kinds?.split(',').includes('cpu')) ? upwards(path) : [];
  });
  return [...new Set(['', ...paths])].map((path) => ({
    both: `${V2}${path}/cpu.max`,
    quota: `${V1}${path}/cpu.cfs_quota_us`,
    period: `${V1}${path}/cpu.cfs_period_us`,
  }));
};

/** `/a/b`: `/a` and `/a/b`. */
const upwards = (path: string): readonly string[] => {
  const names = path.split('/').filter((name) => name !== '' && name !== '..');
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
};

/** Cores by a quota and its period, as in `150000 100000`; null where that is no limit, or nonsense. Pure. */
export const parseQuota = (text: string): number | null => {
  const [, quota, period] = /^([0-9]+)\s+([0-9]+)$/.exec(text.trim()) ?? [];
  const cores = Number(quota) / Number(period);
  return cores > 0 && Number.isFinite(cores) ? cores : null;
};

/**
 * Whole cores within the least of all quotas, one at least. A half is none: a process more than there is time for has all of
 * them stopped for a part of each period, and their clients wait. Pure.
 */
export const coresWithin = (quotas: readonly (number | null)[], machine: number): number =>
  Math.max(1, Math.floor(Math.min(machine, ...quotas.filter((quota) => quota !== null))));
