import { expect, test, vi } from 'vitest';
import { coresWithin, countCores, parseQuota, quotaFiles } from '../../src/join/cpu-quota.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { freeRow, startJoin, testFolder } from '../support/joined.ts';

vi.setConfig({ testTimeout: 30_000 });

test.each([
  ['200000 100000\n', 2],
  ['150000 100000', 1.5],
  ['50000 100000', 0.5],
  ['max 100000\n', null],
  ['-1 100000', null],
  ['0 100000', null],
  ['100000 0', null],
  ['100000', null],
  ['100000 ', null],
  ['', null],
  ['many few', null],
  ['1e5 1e5', null],
])('%j: %j cores', (text, cores) => {
  expect(parseQuota(text)).toBe(cores);
});

test.each([
  ['none', [], 64, 64],
  ['one that is not set', [null], 64, 64],
  ['two cores', [2], 64, 2],
  ['the least of several', [null, 4, 3, 8], 64, 3],
  ['a core and a half', [1.5], 64, 1],
  ['almost two', [1.99], 64, 1],
  ['half a core', [0.5], 64, 1],
  ['more than there is', [128], 64, 64],
])('quotas of %s', (_what, quotas, machine, count) => {
  expect(coresWithin(quotas, machine)).toBe(count);
});

/** A Linux with these files. */
const machine = (files: Readonly<Record<string, string>>) => ({
  parallelism: () => 64,
  readText: async (file: string) => {
    const text = files[file];
    if (text === undefined) throw Object.assign(new Error(file), { code: 'ENOENT' });
    return text;
  },
});

test.each<[string, Readonly<Record<string, string>>, number]>([
  ['no control groups', {}, 64],
  ['a container', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
  [
    'a container without a quota',
    { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' },
    64,
  ],
  [
    'a service of systemd in a slice that has less',
    {
      '/proc/self/cgroup': '0::/system.slice/todos.service\n',
      '/sys/fs/cgroup/system.slice/todos.service/cpu.max': '800000 100000\n',
      '/sys/fs/cgroup/system.slice/cpu.max': '300000 100000\n',
    },
    3,
  ],
  [
    'version 1',
    {
      '/proc/self/cgroup': '5:memory:/todos\n4:cpu,cpuacct:/todos\n1:name=systemd:/\n',
      '/sys/fs/cgroup/cpu/todos/cpu.cfs_quota_us': '250000\n',
      '/sys/fs/cgroup/cpu/todos/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    2,
  ],
  [
    'a container of version 1, whose paths are those of the machine',
    {
      '/proc/self/cgroup': '4:cpu,cpuacct:/docker/0123\n0::/docker/0123\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    2,
  ],
  ['another group with a quota', { '/proc/self/cgroup': '0::/a\n', '/sys/fs/cgroup/b/cpu.max': '1 1' }, 64],
])('with %s', async (_what, files, count) => {
  expect(await countCores(machine(files))).toEqual({ count, machine: 64 });
});

test('what is no list of control groups leads to the root alone', () => {
  const root = quotaFiles('');
  expect(root).toHaveLength(1);
  for (const text of ['nonsense', '0::', '0::relative', ':::', '3:cpuset:/a', '0::/../..'])
    expect(quotaFiles(text)).toEqual(root);
});

test('--workers auto starts as many', async () => {
  const { count } = await countCores(nodeSystem);
  const port = await freeRow(count);
  const own = ['--app=todos', '--directory=nodes.d', '--workers=auto', `--port=${port}`];
  const joined = startJoin(await testFolder(), own);
  await joined.says(new RegExp(`(is started[^]*){${count}}`));
  expect(joined.said()).toMatch(new RegExp(` ${count} workers? of todos`));
});
