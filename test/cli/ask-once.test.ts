import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { freePorts } from '../support/free-port.ts';
import { runCli } from './run-cli.ts';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-ask-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const describeWith = (inventory: readonly object[], more: object = {}) =>
  write(
    'cluster.yaml',
    stringify({ apps: { todos: { domains: ['todos.test'], nodes: ['10.0.0.1:3000'], inventory } }, ...more }),
  );
const cli = (...args: string[]) => runCli(folder, ...args);
const render = (...args: string[]) => cli('render', '-t', 'haproxy', ...args);

/** Answers each question with the text of the moment, after a while. */
const serve = async (text: () => string, delayMs: () => number) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    setTimeout(() => response.end(text()), delayMs());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
};

test('render asks each source once, and who answers first, or in which order, changes no byte', async () => {
  let list = ['10.0.0.2:3000', '10.0.0.3:3000'];
  let delays = [0, 300];
  const one = await serve(
    () => JSON.stringify(list),
    () => delays[0] ?? 0,
  );
  const two = await serve(
    () => JSON.stringify(['10.0.0.4:3000']),
    () => delays[1] ?? 0,
  );
  await describeWith([{ http: one.url }, { http: two.url }]);
  const first = await render();
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  for (const host of ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'])
    expect(first.stdout).toContain(`${host}:3000`);
  list = list.toReversed();
  delays = delays.toReversed();
  expect(await render()).toEqual(first);
  expect([one.asked, two.asked]).toEqual([
    ['/', '/'],
    ['/', '/'],
  ]);
});

test('render gives the same bytes from what nodes --json printed, and asks nobody then', async () => {
  const { url, asked } = await serve(
    () => JSON.stringify([{ id: 'x', host: '10.0.0.2', port: 3000, weight: 2 }, '10.0.0.3:3000']),
    () => 0,
  );
  await describeWith([{ http: url }]);
  const direct = await render();
  const { stdout } = await cli('nodes', '--json');
  expect(stdout).toContain(`"source": "http ${url}"`);
  await write('inventory.json', stdout);
  expect(asked).toHaveLength(2);
  expect(await render('--inventory', 'inventory.json')).toEqual(direct);
  expect(await cli('validate', '--inventory', 'inventory.json')).toMatchObject({ exitCode: 0 });
  expect(asked).toHaveLength(2);
});

test('a source that can not be had is told where it is written, and what to do', async () => {
  const [port = 0] = await freePorts(1);
  await describeWith([
    { command: ['printf', '10.0.0.2:3000'] },
    { etcd: { endpoints: [`http://127.0.0.1:${port}`], prefix: '/todos' } },
  ]);
  const rendered = await render();
  expect(rendered).toMatchObject({ exitCode: 4, stdout: '' });
  expect(rendered.stderr).toMatch(
    /^cluster\.yaml:11:9 error\[source-unreadable\] etcd \/todos\/ can not be had: http:\/\/127\.0\.0\.1:\d+: connection refused\n +give what the sources list with --inventory FILE.*\nmeteor-lb: the nodes of todos are not known\n$/,
  );
  const validated = await cli('validate');
  expect(validated.exitCode).toBe(4);
  expect(validated.stderr).toContain(rendered.stderr.split('\n')[0]);
  await describeWith([{ file: 'nodes.txt' }], { listen: 7 });
  expect(await render()).toMatchObject({ exitCode: 3 });
});

test('a folder or a file of nodes that is not there is told with what makes it', async () => {
  await mkdir(join(folder, 'sub'));
  await write(
    'sub/cluster.yaml',
    'apps: { todos: { domains: [a.test], inventory: [{ directory: nodes.d }, { file: nodes.txt }] } }',
  );
  const { exitCode, stderr } = await cli('validate', '-c', 'sub/cluster.yaml');
  expect(exitCode).toBe(4);
  expect(stderr).toContain(
    'directory sub/nodes.d can not be had: sub/nodes.d can not be read: no such file or folder\n    create it with mkdir -p sub/nodes.d, or correct `directory`\n',
  );
  expect(stderr).toContain(
    'sub/nodes.txt can not be read: no such file or folder\n    write it, or correct its name\n',
  );
  expect(stderr).not.toContain('--inventory');
  await mkdir(join(folder, 'sub/nodes.d'));
  await write('sub/nodes.txt', '10.0.0.1:3000\n');
  expect((await cli('validate', '-c', 'sub/cluster.yaml')).exitCode).toBe(0);
});

test('render does not print what a source said before', async () => {
  await write('nodes.txt', '10.0.0.2:3000\n');
  await describeWith([{ file: 'nodes.txt' }], { haproxy: { output: join(folder, 'haproxy.cfg') } });
  await cli('apply');
  expect(await readFile(join(folder, '.meteor-lb/inventory.json'), 'utf8')).toContain('file nodes.txt');
  await rm(join(folder, 'nodes.txt'));
  expect(await render()).toMatchObject({ exitCode: 4, stdout: '' });
  await write('nodes.txt', '');
  expect((await render()).stdout).not.toContain('10.0.0.2');
});

test('validate tells how many nodes come from where, and which entries are left out', async () => {
  await write('nodes.txt', '10.0.0.2:3000\n10.0.0.3\n10.0.0.1:3000\n');
  await describeWith([{ file: 'nodes.txt' }, { command: ['true'] }]);
  const { exitCode, stderr } = await cli('validate', '-t', 'haproxy');
  expect(exitCode).toBe(0);
  expect(stderr).toContain(
    'cluster.yaml is valid: 1 app, 2 nodes: 1 of the description, 1 of file nodes.txt, 0 of command true\n',
  );
  expect(stderr).toMatch(
    /cluster\.yaml:7:5 warning\[left-out\] left out of file nodes\.txt: nodes\.txt:2:1 /,
  );
  expect(stderr).toContain('left out: todos-10.0.0.1-3000 at 10.0.0.1:3000');
  await write('inventory.json', '{"version":1,"apps":{"todos":["10.0.0.7:1","10.0.0.8:1"]}}');
  expect((await cli('validate', '--inventory', 'inventory.json')).stderr).toContain(
    '3 nodes: 1 of the description, 2 of file inventory.json\n',
  );
});

test('apply asks each source once, however many outputs there are', async () => {
  const one = await serve(
    () => '["10.0.0.2:3000"]',
    () => 0,
  );
  const two = await serve(
    () => '["10.0.0.3:3000"]',
    () => 0,
  );
  const outputs = { nginx: join(folder, 'nginx.conf'), haproxy: join(folder, 'haproxy.cfg') };
  await describeWith([{ http: one.url }, { http: two.url }], {
    runtimeDir: folder,
    nginx: { output: outputs.nginx },
    haproxy: { output: outputs.haproxy },
  });
  const { stderr } = await cli('apply');
  for (const [target, file] of Object.entries(outputs)) {
    expect(stderr).toContain(`${target}: ${file} is up to date, but no proxy serves it`);
    const text = await readFile(file, 'utf8');
    for (const host of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) expect(text).toContain(`${host}:3000`);
  }
  expect([one.asked, two.asked]).toEqual([['/'], ['/']]);
});

test('an inventory that is older than an app is told, and one in which the app has no nodes is not', async () => {
  await describeWith([{ file: 'nodes.txt' }]);
  await write('inventory.json', '{"version":1,"apps":{}}');
  const { exitCode, stderr } = await render('--inventory', 'inventory.json');
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    'inventory.json:1:21 warning[unlisted-app] nothing is listed for app todos: it has no nodes but those of the description\n    write the file anew: `meteor-lb nodes --json` prints it\n',
  );
  await write('inventory.json', '{"version":1,"apps":{"todos":[]}}');
  expect((await render('--inventory', 'inventory.json')).stderr).toBe('');
});

test.each(['drain', 'ready'])('%s asks each source once', async (command) => {
  await describeWith([{ command: ['sh', '-c', 'echo asked >> asked; echo 10.0.0.2:3000'] }], {
    haproxy: { output: join(folder, 'haproxy.cfg') },
  });
  await cli(command, 'todos-10.0.0.2-3000');
  expect(await readFile(join(folder, 'asked'), 'utf8')).toBe('asked\n');
  expect(await readFile(join(folder, 'haproxy.cfg'), 'utf8')).toContain('10.0.0.2:3000');
});
