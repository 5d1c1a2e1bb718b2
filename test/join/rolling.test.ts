import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { setState, writeStates } from '../../src/inventory/states.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { statesFile } from '../../src/reconcile/state-folder.ts';
import { freeRow, METEOR_NODE, startJoin, testFolder } from '../support/joined.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 60_000 });

const list = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(folder, 'nodes.d'))).filter((name) => !name.startsWith('.')).sort();

/** What the workers run: one that can be deployed anew. */
const deploy = (folder: string, script: string): Promise<void> =>
  writeFile(join(folder, 'run.sh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
const HANGS = 'echo it hangs; exec sleep 100';
const GOOD = `exec '${execPath}' '${METEOR_NODE}'`;

const start = async (...more: readonly string[]) => {
  const folder = await testFolder();
  await deploy(folder, GOOD);
  const port = await freeRow(3);
  const own = ['--app=todos', '--directory=nodes.d', '--workers=3', `--port=${port}`, '--grace=1ms'];
  const joined = startJoin(folder, [...own, ...more], ['sh', join(folder, 'run.sh')]);
  await joined.says(/(is listed[\s\S]*){3}/);
  const ids = [port, port + 1, port + 2].map((at) => `todos-127.0.0.1-${at}`);
  return { folder, port, joined, ids, before: await joined.workers() };
};
const ask = async (port: number) => (await fetch(`http://127.0.0.1:${port}/headers`)).status;

test('a deploy that ends at once stops the restart at the first worker, and after it is mended SIGHUP restarts all', async () => {
  const { folder, port, joined, ids, before } = await start();
  await deploy(folder, 'exit 3');
  joined.kill('SIGHUP');
  await joined.says(
    /-[0-9]+ does not get well: exit code 3, and no other worker is restarted; .*SIGHUP again/,
  );
  expect(await list(folder)).toEqual(ids.slice(1).map((id) => `${id}.json`));
  expect(await joined.workers()).toEqual(expect.arrayContaining(before.slice(1)));
  expect([await ask(port + 1), await ask(port + 2)]).toEqual([200, 200]);

  await joined.says(/(does not run: exit code 3[\s\S]*){4}/); // the next start is eight seconds away
  await deploy(folder, GOOD);
  const since = performance.now();
  joined.kill('SIGHUP');
  await joined.says(/all workers are restarted/);
  expect(performance.now() - since).toBeLessThan(7000);
  const after = await joined.workers();
  expect(after).toHaveLength(3);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  expect(await list(folder)).toHaveLength(3);
});

test('a deploy that never answers stops it when its time is over, and a worker that is not well is restarted first', async () => {
  const { folder, joined, ids, before } = await start('--start-time=1s');
  await deploy(folder, HANGS);
  joined.kill('SIGHUP');
  await joined.says(/does not get well: it has not answered \/sockjs\/info in time, and no other/);
  expect((await joined.workers()).filter((pid) => before.includes(pid))).toEqual(before.slice(1));
  process.kill(before[2] ?? 0, 'SIGKILL'); // it gets the bad deploy, too
  await until(async () => (await list(folder)).join() === `${ids[0]}.json,${ids[1]}.json`);
  await joined.says(/(it hangs[\s\S]*){2}/);
  await deploy(folder, GOOD);
  const said = joined.said().length;
  joined.kill('SIGHUP');
  await joined.says(/all workers are restarted/);
  const order = [
    ...joined
      .said()
      .slice(said)
      .matchAll(/(\S+) is started/g),
  ].map(([, id]) => id);
  expect(order).toEqual([ids[0], ids[2], ids[1]]);
});

test('SIGHUP begins anew while one that was restarted is waited for', async () => {
  const { folder, joined, before } = await start();
  await deploy(folder, HANGS);
  joined.kill('SIGHUP');
  await joined.says(/it hangs/);
  await deploy(folder, GOOD);
  joined.kill('SIGHUP');
  await joined.says(/begins anew[\s\S]*all workers are restarted/);
  const after = await joined.workers();
  expect(after).toHaveLength(3);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
});

test('SIGTERM while a worker drains for its restart leaves its sessions the grace', async () => {
  const { folder, port, joined } = await start('--grace=1h', '--lag=1ms');
  const session = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  await once(session, 'open');
  joined.kill('SIGHUP');
  await joined.says(/drains: 1 connection left/);
  joined.kill('SIGTERM');
  await joined.says(/(-[0-9]+ drains\n[\s\S]*){3}/);
  await until(async () => (await list(folder)).length === 1);
  expect(session.readyState).toBe(WebSocket.OPEN);
  session.close();
  expect(await joined.ended).toBe(0);
  expect(await list(folder)).toEqual([]);
});

test('one that is to drain is not listed as ready by what was wanted before', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  await writeFile(join(folder, 'nodes.d'), ''); // where the folder is to be
  const own = ['--app=todos', '--directory=nodes.d', `--port=${port}`, '--grace=1h', '--verbose'];
  const joined = startJoin(folder, own);
  await joined.says(/can not be written[\s\S]* is started/);
  await joined.says(/is well/);
  const session = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  await once(session, 'open');
  joined.kill('SIGTERM');
  await joined.says(/the workers drain/);
  await rm(join(folder, 'nodes.d'));
  await joined.says(/drains: 1 connection left/);
  const file = join(folder, 'nodes.d', `todos-127.0.0.1-${port}.json`);
  const states = new Set<string>();
  const closes = performance.now() + 2500; // more than the time until a write is tried again
  await until(async () => {
    states.add(JSON.parse(await readFile(file, 'utf8')).state);
    return performance.now() > closes;
  });
  expect([...states]).toEqual(['drain']);
  session.close();
  expect(await joined.ended).toBe(0);
});

/** Workers that are listed in a directory of a description, of which a command has drained some. */
const startDescribed = async (count: number, drained: (ids: readonly string[]) => readonly string[]) => {
  const folder = await testFolder();
  const apps = { todos: { inventory: [{ directory: 'nodes.d' }] } };
  await writeFile(join(folder, 'cluster.yaml'), JSON.stringify({ apps, stateDir: 'state' }));
  const port = await freeRow(count);
  const ids = Array.from({ length: count }, (_, index) => `todos-127.0.0.1-${port + index}`);
  const states = drained(ids).reduce((all, id) => setState(all, 'todos', id, 'drain'), {});
  await mkdir(join(folder, 'state'));
  await writeStates(statesFile(join(folder, 'state')), states, nodeSystem);
  const joined = startJoin(folder, ['--app=todos', `--workers=${count}`, `--port=${port}`, '--grace=1ms']);
  await joined.says(new RegExp(`(is listed[\\s\\S]*){${count}}`));
  joined.kill('SIGHUP');
  await joined.says(/all workers are restarted/);
  const warned = joined.said().match(/warning: while .* no other worker .*/g) ?? [];
  return { ids, warned };
};

test('that no other worker takes new sessions while one is restarted is told, and whom a command has drained', async () => {
  const { ids, warned } = await startDescribed(2, ([first = '']) => [first]);
  expect(warned).toHaveLength(1);
  expect(warned[0]).toContain(`while ${ids[1]} is restarted`);
  expect(warned[0]).toContain(`a command drained ${ids[0]} (meteor-lb ready NODE)`);
});

test('one that is alone takes no new sessions while it is restarted', async () => {
  const { warned } = await startDescribed(1, () => []);
  expect(warned).toHaveLength(1);
  expect(warned[0]).not.toContain('drained');
});

test.each([
  ['another one takes them', 3, 1],
  ['it takes none itself', 2, 2],
])('where %s nothing is told of new sessions', async (_why, count, drained) => {
  expect((await startDescribed(count, (ids) => ids.slice(0, drained))).warned).toEqual([]);
});

test('that new sessions fail is told of one that is well', async () => {
  const folder = await testFolder();
  await deploy(folder, 'exit 3');
  const own = ['--app=todos', '--directory=nodes.d', `--port=${await freeRow(1)}`];
  const joined = startJoin(folder, own, ['sh', join(folder, 'run.sh')]);
  await joined.says(/does not run: exit code 3/);
  await deploy(folder, GOOD);
  joined.kill('SIGHUP');
  await joined.says(/all workers are restarted/);
  expect(joined.said()).not.toMatch(/new sessions/);
});
