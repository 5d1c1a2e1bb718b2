import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directorySource } from '../../../src/inventory/sources/directory/directory-source.ts';
import { nodeSystem } from '../../../src/platform/node-system.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-directory-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ask = async (stale?: number) => {
  const source = directorySource({ directory: folder, stale }, (path) => path);
  const { entries, problems, againInMs } = await source.ask(nodeSystem, new AbortController().signal);
  return { entries, told: problems.map(({ message }) => message), againInMs };
};
const write = (name: string, text: string) => writeFile(join(folder, name), text);

test('each file is a node, in the forms that nodes have', async () => {
  await write('a', '10.0.0.1:3000\n');
  await write('b.yaml', 'host: 10.0.0.2\nport: 3000\nweight: 3\n');
  await write('c.json', '{"id":"other","host":"10.0.0.3","port":3000}');
  await write('d.txt', '# six\n[2001:db8::1]:3000 # here\n');
  const { entries, told } = await ask();
  expect(told).toEqual([]);
  expect(entries).toMatchObject([
    { id: 'a', host: '10.0.0.1', port: 3000, weight: 1, state: 'ready' },
    { id: 'b', host: '10.0.0.2', weight: 3 },
    { id: 'other', host: '10.0.0.3' },
    { id: 'd', host: '2001:db8::1' },
  ]);
});

test.each([
  ['an empty file', 'b', ''],
  ['a file that is half written', 'b.json', '{"host":"10.0.0.2","por'],
  ['a file with two nodes', 'b', '10.0.0.2:3000\n10.0.0.3:3000\n'],
  ['a list', 'b.yaml', '- 10.0.0.2:3000\n'],
  ['an unknown key', 'b.yaml', '{ host: 10.0.0.2, port: 3000, wieght: 2 }'],
  ['a name that is no id', 'b c', '10.0.0.2:3000'],
  ['no text', 'b', '\ufffd\u0000'],
  ['a file that is too large', 'b', '#'.repeat(70_000)],
])('%s is left out and told with its file, and the others count', async (_what, name, text) => {
  await write('a', '10.0.0.1:3000');
  await write(name, text);
  const { entries, told } = await ask();
  expect(entries).toMatchObject([{ id: 'a' }]);
  expect(told).toHaveLength(1);
});

test('what is no list entry is passed over: hidden and temporary files', async () => {
  for (const name of ['.a', 'a~', 'a.tmp', 'a.new']) await write(name, '10.0.0.1:3000');
  expect(await ask()).toEqual({ entries: [], told: [], againInMs: undefined });
});

test('a folder in it is told, and the others count', async () => {
  await mkdir(join(folder, 'deeper'));
  await write('a', '10.0.0.1:3000');
  const { entries, told } = await ask();
  expect(entries).toHaveLength(1);
  expect(told).toEqual([expect.stringContaining('it is a folder')]);
});

test('a missing folder is no empty list', async () => {
  await rm(folder, { recursive: true });
  const { entries, told } = await ask();
  expect(entries).toBeNull();
  expect(told).toEqual([`${folder} can not be read: no such file or folder`]);
});

test('with `stale` a file counts until it was not written for so long', async () => {
  await write('a', '10.0.0.1:3000');
  await write('b', '10.0.0.2:3000');
  const before = new Date(Date.now() - 20_000);
  await utimes(join(folder, 'b'), before, before);
  const all = await ask(60_000);
  expect(all.entries).toHaveLength(2);
  expect(all.againInMs).toBeGreaterThan(30_000);
  expect(all.againInMs).toBeLessThan(41_000);
  const fresh = await ask(15_000);
  expect(fresh.entries).toMatchObject([{ id: 'a' }]);
  expect(fresh.told).toEqual([`${join(folder, 'b')} was not written for longer than \`stale\``]);
});

test('one that listed itself and does not any more is told for an hour, one of somebody else as long as it lies there', async () => {
  const own = '{"host":"10.0.0.1","port":3000,"state":"ready","owner":"app1/abc123/7"}';
  await write('a.json', own);
  await write('b.json', '{"host":"10.0.0.2","port":3000}');
  const age = async (minutes: number): Promise<readonly string[]> => {
    const at = new Date(Date.now() - minutes * 60_000);
    for (const name of ['a.json', 'b.json']) await utimes(join(folder, name), at, at);
    const { entries, told } = await ask(60_000);
    expect(entries).toHaveLength(minutes < 1 ? 2 : 0);
    return told.map((message) => message.slice(folder.length + 1, folder.length + 2));
  };
  expect(await age(0)).toEqual([]);
  expect(await age(2)).toEqual(['a', 'b']);
  expect(await age(60)).toEqual(['a', 'b']);
  expect(await age(62)).toEqual(['b']);
});

test('whose a node is makes no other node of it', async () => {
  await write('a.json', '{"host":"10.0.0.1","port":3000,"owner":"app1/abc123/7"}');
  await write('b.json', '{"host":"10.0.0.2","port":3000,"owner":7}');
  await write('c.yaml', '- { host: 10.0.0.3, port: 3000, owner: me }');
  const { entries, told } = await ask();
  expect(entries).toEqual([
    { id: 'a', host: '10.0.0.1', port: 3000, weight: 1, state: 'ready', backup: false },
  ]);
  expect(told).toHaveLength(2);
});
