import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCli } from './run-cli.ts';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-nodes-'));
  await mkdir(join(folder, 'nodes.d'));
  await mkdir(join(folder, '.meteor-lb'));
  await write(
    'cluster.yaml',
    `apps:
  todos:
    nodes: [{ id: own, host: 10.0.0.1, port: 3000 }]
    inventory:
      - file: nodes.txt
      - directory: nodes.d
      - command: [printf, '["10.0.0.4:3000"]']
`,
  );
  await write('nodes.txt', '10.0.0.2:3000\n');
  await write('nodes.d/c', '{"host":"10.0.0.3","port":3000,"weight":2,"backup":true}');
  await write('.meteor-lb/states.json', '{"version":1,"states":{"todos":{"c":"drain"}}}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const nodes = (...args: string[]) => runCli(folder, 'nodes', ...args);

test('each node is listed with its state, and where it comes from', async () => {
  const { stdout, exitCode } = await nodes();
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([
    'app    node                 address        state                       weight  source',
    'todos  c                    10.0.0.3:3000  drain (by command), backup  2       directory nodes.d',
    'todos  own                  10.0.0.1:3000  ready                       1       description',
    'todos  todos-10.0.0.2-3000  10.0.0.2:3000  ready                       1       file nodes.txt',
    'todos  todos-10.0.0.4-3000  10.0.0.4:3000  ready                       1       command printf',
    '',
  ]);
});

test('--json is what --inventory reads, and gives the same nodes and bytes', async () => {
  const first = await nodes('--json');
  await write('inventory.json', first.stdout);
  const again = await nodes('--json', '--inventory', 'inventory.json');
  expect(again).toEqual(first);
  expect(JSON.parse(first.stdout).apps.todos).toMatchObject([
    { id: 'c', source: 'directory nodes.d' },
    { id: 'todos-10.0.0.2-3000', source: 'file nodes.txt' },
    { id: 'todos-10.0.0.4-3000', source: 'command printf' },
  ]);
  const { stdout, exitCode } = await runCli(
    folder,
    'render',
    '-t',
    'haproxy',
    '--inventory',
    'inventory.json',
  );
  expect(exitCode).toBe(0);
  for (const host of ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']) expect(stdout).toContain(host);
});

test('where a source fails, the last good list is shown, and the exit code tells', async () => {
  const { stdout } = await nodes('--json');
  await write('.meteor-lb/inventory.json', stdout);
  await rm(join(folder, 'nodes.txt'));
  const { stdout: table, stderr, exitCode } = await nodes();
  expect(exitCode).toBe(4);
  expect(stderr).toContain('nodes.txt can not be read');
  expect(table).toMatch(/10\.0\.0\.2:3000 .* last good list of file nodes\.txt/);
});

test('a node that a list has lost is shown as such, and the exit code tells', async () => {
  const { stdout } = await nodes('--json');
  await write('.meteor-lb/inventory.json', stdout);
  await write('nodes.txt', '');
  const { stdout: table, stderr, exitCode } = await nodes();
  expect(exitCode).toBe(4);
  expect(stderr).toContain('file nodes.txt lists too few ready nodes, 0 instead of 1: ');
  expect(table).toMatch(/10\.0\.0\.2:3000 .* file nodes\.txt, which lists it no more\n/);
  expect((await nodes('--allow-shrink')).stdout).not.toContain('10.0.0.2');
});

test('where nothing is known, nothing is printed', async () => {
  await rm(join(folder, 'nodes.txt'));
  expect(await nodes()).toMatchObject({ exitCode: 4, stdout: '' });
});
