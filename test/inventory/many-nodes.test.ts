import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Listing } from '../../src/inventory/source.ts';
import { inventorySource } from '../../src/inventory/sources/file/file-source.ts';
import { openSource } from '../../src/inventory/sources/registry.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { readCluster } from '../../src/reconcile/read-cluster.ts';
import { startEtcd } from '../support/etcd.ts';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-many-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const host = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
const hosts = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => host(index));
const lines = (count: number): string => hosts(count).join(':3000\n').concat(':3000\n');

const ask = (written: Parameters<typeof openSource>[0]): Promise<Listing> =>
  openSource(written, { resolve: (path) => join(folder, path) }).ask(
    nodeSystem,
    new AbortController().signal,
  );
const told = ({ problems }: Listing): string => problems.map(({ message }) => message).join();
const serve = async (body: string): Promise<string> => {
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

describe('a source that lists 100,000 nodes gives no list, and says so', () => {
  const WORDS = 'it lists 100000 nodes, which is more than 20000, the most that are taken';

  test('a file', async () => {
    await writeFile(join(folder, 'nodes'), lines(100_000));
    const listing = await ask({ file: 'nodes' });
    expect(listing.entries).toBeNull();
    expect(told(listing)).toBe(WORDS);
  });

  test('a web server', async () => {
    const body = JSON.stringify(hosts(100_000).map((host) => ({ host, port: 3000, weight: 2 })));
    const listing = await ask({ http: await serve(body) });
    expect(listing.entries).toBeNull();
    expect(told(listing)).toContain('has more in it than a list of 20000 nodes, the most that are taken');
  });

  test('a web server, by ranges of ports', async () => {
    const body = JSON.stringify(hosts(1000).map((host) => ({ host, ports: '3000-3099' })));
    const listing = await ask({ http: await serve(body) });
    expect(listing.entries).toBeNull();
    expect(told(listing)).toBe(WORDS);
  });

  test('a program', async () => {
    const listing = await ask({ command: ['seq', '-f', 'app%.0f.internal:3000', '100000'] });
    expect(listing.entries).toBeNull();
    expect(told(listing)).toBe(WORDS);
  });

  test('a directory, by ranges of ports', async () => {
    await mkdir(join(folder, 'nodes'));
    for (let index = 0; index < 400; index++)
      await writeFile(join(folder, `nodes/n${index}.yaml`), `{ host: ${host(index)}, ports: 3000-3249 }`);
    const listing = await ask({ directory: 'nodes' });
    expect(listing.entries).toBeNull();
    expect(told(listing)).toBe(WORDS);
  });

  test('etcd', async () => {
    const etcd = await startEtcd();
    onTestFinished(etcd.stop);
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    for (let from = 0; from < 100_000; from += 100) {
      const success = Array.from({ length: 100 }, (_, at) => ({
        request_put: { key: encode(`/n/n${from + at}`), value: encode(`${host(from + at)}:3000`) },
      }));
      await etcd.ask('/v3/kv/txn', { success });
    }
    const listing = await ask({ etcd: { endpoints: [...etcd.endpoints], prefix: '/n' } });
    expect(listing.entries).toBeNull();
    expect(told(listing)).toBe(
      `${etcd.endpoints[0]}: there are 100000 keys below /n/, and more than 20000 nodes are not taken`,
    );
  });
});

test.each([
  ['numbers', `[${'0,'.repeat(7_000_000)}0]`],
  ['quotes', '"'.repeat(8_000_000)],
  ['brackets', ']'.repeat(8_000_000)],
  ['tags', '!a\t'.repeat(2_700_000)],
  ['dashes', '- '.repeat(4_000_000)],
  ['lines', 'a:1\n'.repeat(2_000_000)],
  ['empty lines', '\n'.repeat(8_000_000)],
  ['lines with blanks alone', ' \t\r\n'.repeat(2_000_000)],
  ['colons', ': '.repeat(4_000_000)],
  ['commas', '[,,'.repeat(2_700_000)],
  ['comments', '#\n'.repeat(4_000_000)],
])('megabytes of %s are told without being read', async (_what, body) => {
  const listing = await ask({ http: await serve(body) });
  expect(listing.entries).toBeNull();
  expect(told(listing)).toContain('has more in it than a list of 20000 nodes');
});

test.each<[string, (nodes: readonly object[]) => string]>([
  ['JSON for people', (nodes) => JSON.stringify(nodes, null, 2)],
  ['YAML', (nodes) => stringify(nodes)],
])('20,000 nodes with all their keys, in %s, are no more than is taken', async (_form, write) => {
  const nodes = Array.from({ length: 20_000 }, (_, index) => ({
    id: `node-${index}`,
    host: `2001:db8::1:${index.toString(16)}`,
    port: 3000,
    weight: 2,
    state: 'drain',
    backup: true,
  }));
  await writeFile(join(folder, 'nodes'), write(nodes));
  expect((await ask({ file: 'nodes' })).entries).toHaveLength(20_000);
});

test('of many entries that are wrong some are named, and the others counted', async () => {
  await writeFile(join(folder, 'nodes'), `10.0.0.1:3000\n${'nonsense\n'.repeat(1000)}`);
  const { entries, problems } = await ask({ file: 'nodes' });
  expect(entries).toHaveLength(1);
  expect(problems).toHaveLength(101);
  expect(problems.at(-1)?.message).toBe('900 more that are wrong');
});

test('of many nodes with ids or addresses that others have some are named, and the others counted', async () => {
  const cluster = join(folder, 'cluster.yaml');
  await writeFile(cluster, 'apps: { todos: { inventory: [{ file: nodes }] } }');
  const look = async (text: string) => {
    await writeFile(join(folder, 'nodes'), text);
    const { cluster: found, settled } = await readCluster({ cluster }, null, nodeSystem);
    return { nodes: found.apps[0]?.nodes.length, told: settled.notices.map(({ message }) => message) };
  };
  const twice = await look(lines(10_000).repeat(2));
  expect(twice.nodes).toBe(10_000);
  expect(new Set(twice.told).size).toBe(101);
  expect(twice.told.at(-1)).toBe('left out: 9900 more, since other nodes have their ids or addresses');
  await rm(join(folder, '.meteor-lb'), { recursive: true });
  expect(await look(lines(1).repeat(20_000))).toEqual({
    nodes: 1,
    told: ['left out: todos-10.0.0.0-3000 at 10.0.0.0:3000, since another node has that id or address'],
  });
});

test('a source that lists too many keeps its last good list, and comes back', async () => {
  const cluster = join(folder, 'cluster.yaml');
  await writeFile(cluster, 'apps: { todos: { domains: [a.example.com], inventory: [{ file: nodes }] } }');
  const look = async () => {
    const { cluster: found, settled } = await readCluster({ cluster }, null, nodeSystem);
    return {
      nodes: found.apps[0]?.nodes.map(({ id }) => id),
      told: settled.notices.map(({ message }) => message).join(),
    };
  };
  const write = (text: string) => writeFile(join(folder, 'nodes'), text);
  await write('10.0.0.1:3000');
  const good = await look();
  expect(good).toEqual({ nodes: ['todos-10.0.0.1-3000'], told: '' });
  await write(lines(20_001));
  const after = await look();
  expect(after.nodes).toEqual(good.nodes);
  expect(after.told).toContain('its last good list stays: it lists 20001 nodes, which is more than 20000');
  await write('10.0.0.1:3000');
  expect(await look()).toEqual(good);
});

test('what several sources list may be more together, and is read again by --inventory', async () => {
  const app = (port: number) => hosts(20_000).map((host) => `${host}:${port}`);
  const file = join(folder, 'inventory.json');
  await writeFile(file, JSON.stringify({ version: 1, apps: { todos: [...app(3000), ...app(3001)] } }));
  const { entries } = await inventorySource(file, 'todos').ask(nodeSystem, new AbortController().signal);
  expect(entries).toHaveLength(40_000);
});
