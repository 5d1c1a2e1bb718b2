import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { freeRow, METEOR_NODE, startJoin, testFolder } from '../support/joined.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 60_000 });

const list = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(folder, 'nodes.d')).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
const entry = async (folder: string, id: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, 'nodes.d', `${id}.json`), 'utf8'));
const ask = async (port: number) => (await fetch(`http://127.0.0.1:${port}/headers`)).status;

/** A network of its own, so that its workers can listen where others do. */
const OF_ITS_OWN = [
  'unshare',
  process.getuid?.() === 0 ? '-n' : '-rn',
  'sh',
  '-c',
  'ip link set lo up && exec "$@"',
  'sh',
];

/** A Meteor node that listens when a file is there, and tells of its signals in another. */
const slowNode = async (folder: string): Promise<readonly string[]> => {
  const file = join(folder, 'slow.mjs');
  await writeFile(
    file,
    `import { appendFileSync, readdirSync, readFileSync, watch } from 'node:fs';
     const note = () => {
       const [name] = readdirSync('nodes.d');
       appendFileSync('signals', name === undefined ? 'unlisted ' : readFileSync('nodes.d/' + name, 'utf8'));
     };
     process.on('SIGTERM', () => { note(); process.exit(0); });
     process.stdin.on('end', () => process.exit()).resume();
     const go = () => { if (readdirSync('.').includes('go')) { watcher.close(); void import(${JSON.stringify(METEOR_NODE)}); } };
     const watcher = watch('.', go);
     console.log('waits');
     go();`,
  );
  return [execPath, file];
};

test('each worker is listed when it is well, where it says, and taken out when it is told to end', async () => {
  const folder = await testFolder();
  const port = await freeRow(2);
  const joined = startJoin(folder, [
    '--app=todos',
    '--directory=nodes.d',
    '--workers=2',
    `--port=${port}`,
    '--grace=1s',
  ]);
  const ids = [`todos-127.0.0.1-${port}`, `todos-127.0.0.1-${port + 1}`];
  await until(async () => (await list(folder)).length === 2, 30_000);
  expect(await list(folder)).toEqual(ids.map((id) => `${id}.json`));
  expect(await entry(folder, ids[0] ?? '')).toEqual({
    host: '127.0.0.1',
    port,
    state: 'ready',
    owner: expect.stringContaining(`/${joined.pid}`),
  });
  expect([await ask(port), await ask(port + 1)]).toEqual([200, 200]);
  joined.kill('SIGTERM');
  expect(await joined.ended).toBe(0);
  expect(await list(folder)).toEqual([]);
  await expect(ask(port)).rejects.toThrow();
});

test('a worker is not listed before it answers', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const command = await slowNode(folder);
  const joined = startJoin(folder, ['--app=todos', '--directory=nodes.d', `--port=${port}`], command);
  await joined.says(/waits/);
  expect(await list(folder)).toEqual([]);
  await writeFile(join(folder, 'go'), '');
  await joined.says(/is listed/);
  expect(await list(folder)).toEqual([`todos-127.0.0.1-${port}.json`]);
});

test('a worker that is killed is taken out at once, and started again', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const joined = startJoin(folder, ['--app=todos', '--directory=nodes.d', `--port=${port}`]);
  await joined.says(/is listed/);
  const [before = 0] = await joined.workers();
  process.kill(before, 'SIGKILL');
  await joined.says(/does not run: SIGKILL; it is started again in 1 s/);
  expect(await list(folder)).toEqual([]);
  await joined.says(/is listed[\s\S]*is listed/);
  expect(await joined.workers()).not.toContain(before);
  expect(await ask(port)).toBe(200);
});

test('while it runs its file is kept fresh, and when it is killed no more', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const parts = { apps: { todos: { inventory: [{ directory: 'nodes.d', stale: '1s' }] } } };
  await writeFile(join(folder, 'cluster.yaml'), JSON.stringify(parts));
  const joined = startJoin(folder, ['--app=todos', `--port=${port}`]);
  await joined.says(/is listed/);
  const file = join(folder, 'nodes.d', `todos-127.0.0.1-${port}.json`);
  const ageMs = async () => Date.now() - (await stat(file)).mtimeMs;
  const first = (await stat(file)).mtimeMs;
  await until(async () => (await stat(file)).mtimeMs > first + 1000);
  joined.kill('SIGKILL');
  await joined.ended;
  await until(async () => (await ageMs()) > 1000);
});

test('a folder that is named is kept as fresh as the description wants it', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const parts = { apps: { todos: { inventory: [{ directory: 'nodes.d', stale: '1s' }] } } };
  await writeFile(join(folder, 'cluster.yaml'), JSON.stringify(parts));
  const joined = startJoin(folder, ['--app=todos', '--directory=./nodes.d/', `--port=${port}`]);
  await joined.says(/is listed/);
  const file = join(folder, 'nodes.d', `todos-127.0.0.1-${port}.json`);
  const first = (await stat(file)).mtimeMs;
  await until(async () => (await stat(file)).mtimeMs > first, 2000);
});

test('on SIGTERM a worker drains while it has connections, is taken out, and then gets the signal', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  await writeFile(join(folder, 'go'), '');
  const command = await slowNode(folder);
  const joined = startJoin(folder, ['--app=todos', '--directory=nodes.d', `--port=${port}`], command);
  await joined.says(/is listed/);
  const session = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  await once(session, 'open');
  const [worker = 0] = await joined.workers();
  joined.kill('SIGTERM');
  await until(async () =>
    (await readFile(join(folder, 'nodes.d', `todos-127.0.0.1-${port}.json`), 'utf8')).includes('drain'),
  );
  await joined.says(/drains: 1 connection left/);
  expect(await joined.workers()).toEqual([worker]);
  expect(session.readyState).toBe(WebSocket.OPEN);
  session.close();
  expect(await joined.ended).toBe(0);
  expect(await readFile(join(folder, 'signals'), 'utf8')).toBe('unlisted ');
});

test('a second signal does not wait for the sessions', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const own = ['--app=todos', '--directory=nodes.d', `--port=${port}`, '--grace=1h'];
  const joined = startJoin(folder, own);
  await joined.says(/is listed/);
  const session = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  await once(session, 'open');
  joined.kill('SIGINT');
  await joined.says(/drains: 1 connection left/);
  const closed = once(session, 'close');
  joined.kill('SIGINT');
  expect(await joined.ended).toBe(0);
  await closed;
  expect(joined.said()).toMatch(/ends with 1 connection/);
  expect(await list(folder)).toEqual([]);
});

test('on SIGHUP each worker is another process, and the next one waits until the one before is listed', async () => {
  const folder = await testFolder();
  const port = await freeRow(2);
  const own = ['--app=todos', '--directory=nodes.d', '--workers=2', `--port=${port}`, '--grace=1ms'];
  const joined = startJoin(folder, own);
  await joined.says(/is listed[\s\S]*is listed/);
  expect(joined.said()).toContain(`SIGHUP to process ${joined.pid} restarts them`);
  const before = await joined.workers();
  joined.kill('SIGHUP');
  await joined.says(/all workers are restarted/);
  const after = await joined.workers();
  expect(after).toHaveLength(2);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  const [, rolling = ''] = joined.said().split('SIGHUP: ');
  const steps = [...rolling.matchAll(/-([0-9]+) (drains|is listed)$/gm)].map(
    ([, at, step]) => `${at} ${step}`,
  );
  expect(steps).toEqual([port, port + 1].flatMap((at) => [`${at} drains`, `${at} is listed`]));
  expect(await list(folder)).toHaveLength(2);
});

test('a file that someone removes is written again', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const parts = { apps: { todos: { inventory: [{ directory: 'nodes.d', stale: '1s' }] } } };
  await writeFile(join(folder, 'cluster.yaml'), JSON.stringify(parts));
  const joined = startJoin(folder, ['--app=todos', `--port=${port}`]);
  await joined.says(/is listed/);
  await rm(join(folder, 'nodes.d'), { recursive: true });
  await until(async () => (await list(folder)).length === 1);
});

test('a program that is gone for a moment is started when it is back', async () => {
  const folder = await testFolder();
  const program = join(folder, 'run.sh');
  await writeFile(program, `#!/bin/sh\nexec ${execPath} ${METEOR_NODE}\n`, { mode: 0o755 });
  const port = await freeRow(1);
  const joined = startJoin(folder, ['--app=todos', '--directory=nodes.d', `--port=${port}`], [program]);
  await joined.says(/is listed/);
  await rename(program, `${program}.old`);
  const [worker = 0] = await joined.workers();
  process.kill(worker, 'SIGKILL');
  await joined.says(/does not run: .*can not be started/);
  await rename(`${program}.old`, program);
  await joined.says(/is listed[\s\S]*is listed/);
});

test('while another process listens on the port nothing is started or listed', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const other = createServer((_request, response) => response.end()).listen(port, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const joined = startJoin(folder, ['--app=todos', '--directory=nodes.d', `--port=${port}`]);
  await joined.says(/does not run: another process listens on 127\.0\.0\.1:/);
  expect(await joined.workers()).toEqual([]);
  expect(await list(folder)).toEqual([]);
  other.close();
  await joined.says(/is listed/);
});

test('what a worker has started ends with it', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const shell = ['sh', '-c', `exec 3<&0; '${execPath}' '${METEOR_NODE}' <&3 & wait`];
  const joined = startJoin(folder, ['--app=todos', '--directory=nodes.d', `--port=${port}`], shell);
  await joined.says(/is listed/);
  const [worker = 0] = await joined.workers();
  process.kill(worker, 'SIGKILL');
  await joined.says(/is listed[\s\S]*is listed/);
  expect(joined.said()).not.toMatch(/another process/);
});

test('a file that can not be written is told, and holds up no other worker', async () => {
  const folder = await testFolder();
  const port = await freeRow(2);
  const [first = '', second = ''] = [port, port + 1].map((at) => `todos-127.0.0.1-${at}`);
  const hindrance = join(folder, 'nodes.d', `${first}.json`);
  await mkdir(hindrance, { recursive: true });
  const own = ['--app=todos', '--directory=nodes.d', '--workers=2', `--port=${port}`, '--grace=1ms'];
  const joined = startJoin(folder, own);
  await joined.says(new RegExp(`${first} can not be listed: it is a folder`));
  await joined.says(new RegExp(`${second} is listed`));
  await rmdir(hindrance);
  await joined.says(new RegExp(`${first} is listed`));
  await mkdir(join(folder, 'aside'));
  await rename(hindrance, join(folder, 'aside', 'was'));
  await mkdir(hindrance);
  const file = join(folder, 'nodes.d', `${second}.json`);
  const before = (await stat(file)).mtimeMs;
  await until(async () => (await stat(file)).mtimeMs > before + 5000, 15_000);
  expect(joined.said()).toMatch(new RegExp(`(${first} can not be listed[^]*){2}`));
});

test('of two joins that list one node the second one waits until the first has ended, however it ended', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const own = ['--app=todos', '--directory=nodes.d', `--port=${port}`, '--grace=1ms'];
  const start = () => startJoin(folder, own, undefined, {}, OF_ITS_OWN);
  const file = `todos-127.0.0.1-${port}`;
  const owner = async () => ((await entry(folder, file)) as { owner: string }).owner;
  const one = start();
  await one.says(/is listed/);
  const first = await owner();
  const two = start();
  await two.says(/can not be listed: another join keeps it there \(process [0-9]+ on /);
  const since = (await stat(join(folder, 'nodes.d', `${file}.json`))).mtimeMs;
  await until(
    async () => (await stat(join(folder, 'nodes.d', `${file}.json`))).mtimeMs > since + 4000,
    15_000,
  );
  expect(await owner()).toBe(first);
  expect(one.said()).not.toMatch(/any more/);
  one.kill('SIGKILL');
  await two.says(/is listed/);
  expect(await owner()).not.toBe(first);
  const three = start();
  await three.says(/can not be listed/);
  three.kill('SIGTERM');
  expect(await three.ended).toBe(0);
  expect(await list(folder)).toEqual([`${file}.json`]);
});

test('what a killed join left is taken by the next one at once', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const own = ['--app=todos', '--directory=nodes.d', `--port=${port}`];
  const killed = startJoin(folder, own);
  await killed.says(/is listed/);
  const [worker = 0] = await killed.workers();
  killed.kill('SIGKILL');
  await killed.ended;
  process.kill(worker, 'SIGKILL');
  await writeFile(join(folder, 'waits.sh'), `echo waits; read go; exec ${execPath} ${METEOR_NODE}`);
  const next = startJoin(folder, own, ['sh', join(folder, 'waits.sh')]);
  await next.says(/waits/);
  expect(await list(folder)).toEqual([]); // it does not answer yet
});

test('files that joins have not kept for a day are removed, those of others stay', async () => {
  const folder = await testFolder();
  await mkdir(join(folder, 'nodes.d'));
  const long = new Date(Date.now() - 25 * 60 * 60 * 1000);
  const write = async (name: string, text: string, at: Date): Promise<void> => {
    await writeFile(join(folder, 'nodes.d', name), text);
    await utimes(join(folder, 'nodes.d', name), at, at);
  };
  const joins = '{"host":"10.0.0.9","port":3000,"state":"ready","owner":"app9/abc123/7"}';
  await write('todos-10.0.0.9-3000.json', joins, long);
  await write('todos-10.0.0.9-3001.json', joins, new Date(Date.now() - 23 * 60 * 60 * 1000));
  await write('mine.json', '{"host":"10.0.0.10","port":3000}', long);
  await write('broken.json', '{', long);
  const port = await freeRow(1);
  const joined = startJoin(folder, ['--app=todos', '--directory=nodes.d', `--port=${port}`, '--grace=1ms']);
  await joined.says(
    /removed from directory \S+ what was not kept there for a day or longer: todos-10.0.0.9-3000\n/,
  );
  await joined.says(/is listed/);
  expect(await list(folder)).toEqual(
    ['broken.json', 'mine.json', 'todos-10.0.0.9-3001.json', `todos-127.0.0.1-${port}.json`].sort(),
  );
});
