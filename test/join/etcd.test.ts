import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type Etcd, startEtcd } from '../support/etcd.ts';
import { freeRow, startJoin, testFolder } from '../support/joined.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let etcd: Etcd;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.stop());

interface Kv {
  readonly key: string;
  readonly value: string;
  readonly lease?: string;
}

/** Keys below a prefix, by their last part. */
const list = async (prefix: string): Promise<Record<string, unknown>> => {
  const kvs = await range(prefix);
  return Object.fromEntries(
    kvs.map(({ key, value }) => [decode(key).slice(prefix.length + 1), JSON.parse(decode(value))]),
  );
};
const range = async (prefix: string): Promise<readonly Kv[]> => {
  const body = { key: encode(`${prefix}/`), range_end: encode(`${prefix}0`) };
  return ((await etcd.ask('/v3/kv/range', body)) as { kvs?: Kv[] }).kvs ?? [];
};
const encode = (text: string): string => Buffer.from(text).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();

const start = async (prefix: string, ...more: readonly string[]) => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const own = ['--app=todos', `--etcd=${etcd.endpoints[0]}`, `--prefix=${prefix}`, '--host=127.0.0.1'];
  const joined = startJoin(folder, [...own, `--port=${port}`, ...more]);
  return { joined, port, id: `todos-127.0.0.1-${port}` };
};

test('a worker is a key while it is well', async () => {
  const { joined, port, id } = await start('/well', '--grace=1s');
  await joined.says(/is listed/);
  const owner = expect.stringContaining(`/${joined.pid}`);
  expect(await list('/well')).toEqual({ [id]: { host: '127.0.0.1', port, state: 'ready', owner } });
  const [worker = 0] = await joined.workers();
  process.kill(worker, 'SIGKILL');
  await joined.says(/does not run/);
  expect(await list('/well')).toEqual({});
  await joined.says(/is listed[\s\S]*is listed/);
  expect(Object.keys(await list('/well'))).toEqual([id]);
  joined.kill('SIGTERM');
  await until(async () => JSON.stringify(await list('/well')).includes('drain'));
  expect(await joined.ended).toBe(0);
  expect(await list('/well')).toEqual({});
});

test('a lease that was lost is granted anew, and the key put again', async () => {
  const { joined, id } = await start('/lost');
  await joined.says(/is listed/);
  const [{ lease } = { lease: '0' }] = await range('/lost');
  await etcd.ask('/v3/lease/revoke', { ID: lease });
  expect(await list('/lost')).toEqual({});
  await joined.says(/was not listed any more/);
  await until(async () => Object.keys(await list('/lost')).includes(id));
});

test('what someone removes, or writes anew, while the lease lives is put again', async () => {
  const { joined, id } = await start('/touched');
  await joined.says(/is listed/);
  const before = await list('/touched');
  const key = `/touched/${id}`;
  await etcd.remove(key);
  await until(async () => Object.keys(await list('/touched')).length === 1);
  await etcd.put(key, '{"old":true}');
  await until(async () => !('old' in ((await list('/touched'))[id] as object)));
  const [{ lease } = { lease: '0' }] = await range('/touched');
  await etcd.put(key, '{"old":true}', { lease: lease ?? '0' }); // as after an older backup
  await until(async () => !('old' in ((await list('/touched'))[id] as object)));
  expect(await list('/touched')).toEqual(before);
  await etcd.put(key, JSON.stringify(before[id])); // without the lease it would stay for good
  await until(async () => (await range('/touched'))[0]?.lease === lease);
});

test('when etcd has lost all that it had everything is listed again', async () => {
  const folder = await testFolder();
  const port = await freeRow(2);
  const own = ['--app=todos', `--etcd=${etcd.endpoints[0]}`, '--prefix=/data', '--host=127.0.0.1'];
  const joined = startJoin(folder, [...own, `--port=${port}`, '--workers=2']);
  await joined.says(/is listed[\s\S]*is listed/);
  const before = await list('/data');
  const [member] = etcd.members;
  await member?.kill();
  await member?.wipe();
  member?.start();
  await etcd.ready();
  await until(async () => Object.keys(await list('/data')).length === 2);
  expect(await list('/data')).toEqual(before);
  const leases = (await range('/data')).map(({ lease }) => lease);
  expect(leases[0]).toBeDefined();
  expect(leases[1]).toBe(leases[0]);
});

test('while etcd is silent the end takes no longer than the grace and a few seconds', async () => {
  const folder = await testFolder();
  const etcds = Array(3).fill(etcd.endpoints[0]).join(','); // each is asked in vain for five seconds
  const own = ['--app=todos', `--etcd=${etcds}`, '--prefix=/silent', '--host=127.0.0.1', '--grace=1s'];
  const joined = startJoin(folder, [...own, `--port=${await freeRow(1)}`]);
  await joined.says(/is listed/);
  const [member] = etcd.members;
  member?.freeze();
  onTestFinished(() => member?.thaw());
  const since = performance.now();
  joined.kill('SIGTERM');
  expect(await joined.ended).toBe(0);
  expect(performance.now() - since).toBeLessThan(12_000);
  expect(joined.said()).toMatch(/is to drain, which could not be listed/);
  expect(joined.said()).toMatch(/could not be told of the end .*goes when its lease ends, within 10 s/);
});

test('a second signal does not wait for a silent etcd', async () => {
  const { joined } = await start('/silent-too', '--grace=1h');
  await joined.says(/is listed/);
  const [member] = etcd.members;
  member?.freeze();
  onTestFinished(() => member?.thaw());
  joined.kill('SIGTERM');
  await joined.says(/SIGTERM: the workers drain and end/);
  const since = performance.now();
  joined.kill('SIGTERM');
  expect(await joined.ended).toBe(0);
  expect(performance.now() - since).toBeLessThan(12_000);
});

test('a worker that is listed anew with another lease does not hide that the others lost theirs', async () => {
  const folder = await testFolder();
  const port = await freeRow(2);
  const own = ['--app=todos', `--etcd=${etcd.endpoints[0]}`, '--prefix=/both', '--host=127.0.0.1'];
  const joined = startJoin(folder, [...own, `--port=${port}`, '--workers=2']);
  await joined.says(/is listed[\s\S]*is listed/);
  const [worker = 0] = await joined.workers();
  const [{ lease } = { lease: '0' }] = await range('/both');
  await etcd.ask('/v3/lease/revoke', { ID: lease });
  process.kill(worker, 'SIGKILL');
  await until(async () => Object.keys(await list('/both')).length === 2, 20_000);
});

test('the lease of one that runs is kept, and that of one that was killed ends', async () => {
  const [kept, killed] = await Promise.all([start('/lease'), start('/lease')]);
  await Promise.all([kept.joined.says(/is listed/), killed.joined.says(/is listed/)]);
  killed.joined.kill('SIGKILL');
  expect(Object.keys(await list('/lease')).sort()).toEqual([kept.id, killed.id].sort());
  await until(async () => !Object.keys(await list('/lease')).includes(killed.id), 20_000);
  expect(Object.keys(await list('/lease'))).toEqual([kept.id]);
  expect(kept.joined.said()).not.toMatch(/any more/);
});

test('while etcd is away the worker runs, and it is listed when etcd is back', async () => {
  const [member] = etcd.members;
  await member?.kill();
  const { joined, id } = await start('/away');
  await joined.says(/etcd \/away\/ can not be written: .*connection refused[\s\S]*is started/);
  expect(await joined.workers()).toHaveLength(1);
  member?.start();
  await joined.says(/is listed/);
  expect(Object.keys(await list('/away'))).toEqual([id]);
});

test('the description names the etcd, how many addresses are forwarded, and what is asked', async () => {
  const folder = await testFolder();
  const port = await freeRow(1);
  const source = { etcd: { endpoints: etcd.endpoints, prefix: '/described' } };
  const todos = { health: { path: '/headers' }, inventory: [{ file: 'nodes' }, source] };
  await writeFile(join(folder, 'cluster.yaml'), JSON.stringify({ apps: { todos } }));
  const print =
    'process.stdin.on("end", () => process.exit()).resume(); console.log("count", process.env.HTTP_FORWARDED_COUNT); require("http").createServer((q, s) => s.writeHead(q.url === "/headers" ? 302 : 404).end()).listen(process.env.PORT, process.env.BIND_IP)';
  const joined = startJoin(
    folder,
    ['--app=todos', '--host=127.0.0.1', `--port=${port}`],
    [process.execPath, '-e', print],
  );
  await joined.says(/count 1[\s\S]*is listed/);
  expect(Object.keys(await list('/described'))).toEqual([`todos-127.0.0.1-${port}`]);
});
