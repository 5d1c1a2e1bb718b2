import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandSource } from '../../../src/inventory/sources/command/command-source.ts';
import { nodeSystem } from '../../../src/platform/node-system.ts';
import { until } from '../../support/until.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ask = async (command: string[], { timeout = 20_000, signal = new AbortController().signal } = {}) => {
  const source = commandSource({ command, timeout }, (path) => join(folder, path));
  const { entries, problems } = await source.ask(nodeSystem, signal);
  return { entries, told: problems.map(({ message }) => message).join() };
};
const sh = (script: string): string[] => ['sh', '-c', script];
/** One that has ended may wait for its parent for long; it has no command line then. */
const isRunning = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};
const pidIn = async (file: string): Promise<number> => Number(await readFile(join(folder, file), 'utf8'));

test.each([
  ['JSON', `echo '["10.0.0.1:3000", {"host":"10.0.0.2","port":3000}]'`],
  ['lines', 'echo 10.0.0.1:3000; echo 10.0.0.2:3000; echo talk >&2'],
])('a program prints %s', async (_form, script) => {
  const { entries, told } = await ask(sh(script));
  expect(entries).toMatchObject([{ host: '10.0.0.1' }, { host: '10.0.0.2' }]);
  expect(told).toBe('');
});

test('a program that prints nothing lists nothing', async () => {
  expect(await ask(['true'])).toEqual({ entries: [], told: '' });
});

test('a program of the description, in its folder, without a shell', async () => {
  await writeFile(join(folder, 'list'), '#!/bin/sh\ncat "$1"\n');
  await chmod(join(folder, 'list'), 0o755);
  await writeFile(join(folder, '$HOME; *'), '10.0.0.1:3000\n');
  expect((await ask(['./list', '$HOME; *'])).entries).toMatchObject([{ host: '10.0.0.1' }]);
});

test.each([
  ['fails', sh('echo no such cluster >&2; exit 3'), 'sh failed: exit code 3: no such cluster'],
  ['is killed', sh('kill -9 $$'), 'sh failed: SIGKILL'],
  ['is not there', ['/nowhere/list'], 'there is no program /nowhere/list'],
  ['fails after it printed', sh('echo 10.0.0.1:3000; exit 1'), 'sh failed: exit code 1'],
])('a program that %s gives no list', async (_what, command, told) => {
  expect(await ask(command)).toEqual({ entries: null, told });
});

test('a program beside a description that is named by a relative path', async () => {
  await writeFile(join(folder, 'list'), '#!/bin/sh\necho 10.0.0.1:3000\n');
  await chmod(join(folder, 'list'), 0o755);
  const here = { ...nodeSystem, cwd: folder };
  const source = commandSource({ command: ['./list'] }, (path) => join('.', path)); // "list", without its "./"
  const { entries } = await source.ask(here, new AbortController().signal);
  expect(entries).toMatchObject([{ host: '10.0.0.1' }]);
});

test('a program that can not even be started is told', async () => {
  await writeFile(join(folder, 'list'), '');
  const { entries, told } = await ask(['list/in-a-file']);
  expect(entries).toBeNull();
  expect(told).toContain('ENOTDIR');
});

test('its arguments are not told, for they may be secret', async () => {
  const source = commandSource({ command: ['./list', '--token=secret'] }, (path) => join(folder, path));
  const { problems } = await source.ask(nodeSystem, new AbortController().signal);
  expect(source.name).toBe('command ./list');
  expect(problems.map(({ message }) => message)).toEqual(['there is no program ./list']);
});

test('nonsense is no list', async () => {
  const { entries, told } = await ask(sh('echo "<html>503</html>"'));
  expect(entries).toBeNull();
  expect(told).not.toBe('');
});

test('a program that prints without end is killed', async () => {
  const { entries, told } = await ask(sh('echo $$ > pid; exec yes'));
  expect(entries).toBeNull();
  expect(told).toBe('sh printed more than 16 MB and was killed');
  expect(isRunning(await pidIn('pid'))).toBe(false);
});

test('a program that hangs is killed with all that it started', async () => {
  const started = performance.now();
  const { entries, told } = await ask(sh('sleep 60 & echo $! > other; echo $$ > pid; wait'), {
    timeout: 500,
  });
  expect(entries).toBeNull();
  expect(told).toBe('sh did not end within 500 ms and was killed');
  expect(performance.now() - started).toBeLessThan(10_000);
  for (const file of ['pid', 'other']) await until(async () => !isRunning(await pidIn(file)));
});

test('a program that leaves another running, with its output, gives its list, and nothing stays', async () => {
  const { entries } = await ask(sh('sleep 60 & echo $! > other; echo 10.0.0.1:3000'));
  expect(entries).toMatchObject([{ host: '10.0.0.1' }]);
  const other = await pidIn('other');
  await until(async () => !isRunning(other));
});

test('a program whose child left its group and holds its output gives its list all the same', async () => {
  const started = performance.now();
  const { entries } = await ask(sh('setsid sleep 60 & echo $! > other; echo 10.0.0.1:3000'));
  expect(entries).toMatchObject([{ host: '10.0.0.1' }]);
  expect(performance.now() - started).toBeLessThan(10_000);
  const other = await pidIn('other');
  expect(isRunning(other)).toBe(true); // a session of its own is out of reach
  kill(other, 'SIGKILL');
});

test('a program that hangs beside a child that left its group is given up in time', async () => {
  const started = performance.now();
  const { entries, told } = await ask(sh('setsid sleep 60 & echo $! > other; sleep 60'), { timeout: 500 });
  expect(entries).toBeNull();
  expect(told).toBe('sh did not end within 500 ms and was killed');
  expect(performance.now() - started).toBeLessThan(10_000);
  kill(await pidIn('other'), 'SIGKILL');
});

test('the signal ends it', async () => {
  const stopping = new AbortController();
  const asking = ask(sh('echo $$ > pid; exec sleep 60'), { signal: stopping.signal });
  await until(async () => existsSync(join(folder, 'pid')) && (await pidIn('pid')) > 0);
  stopping.abort();
  expect((await asking).entries).toBeNull();
  expect(isRunning(await pidIn('pid'))).toBe(false);
});
