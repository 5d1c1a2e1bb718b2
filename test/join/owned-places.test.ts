import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { directoryPlace } from '../../src/join/directory-place.ts';
import { etcdPlace } from '../../src/join/etcd-place.ts';
import { type Owner, thisOwner } from '../../src/join/owner.ts';
import type { Place } from '../../src/join/place.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { type Etcd, startEtcd } from '../support/etcd.ts';
import { testFolder } from '../support/joined.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let etcd: Etcd;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.stop());

const { signal } = new AbortController();

/** Joins on machines of their own, of whom none can know whether another lives; one of them runs on this machine and has ended. */
const ownerOn = (host: string, realm: string): Promise<Owner> =>
  thisOwner({ identity: async () => ({ host, realm, pid: 7 }), kill: nodeSystem.kill });
const node = (owner: Owner, state = 'ready'): string =>
  JSON.stringify({ host: '127.0.0.1', port: 3000, state, owner: owner.name });

interface Stage {
  open(owner: Owner): Place;
  read(id: string): Promise<string | null>;
  /** As a person does. */
  write(id: string, text: string): Promise<void>;
}

const STALE_MS = 1000;

const directoryStage = async (): Promise<Stage> => {
  const folder = await testFolder();
  return {
    open: (owner) => directoryPlace(folder, { owner, staleMs: STALE_MS }, nodeSystem),
    read: async (id) =>
      (await readdir(folder)).includes(`${id}.json`) ? readFile(join(folder, `${id}.json`), 'utf8') : null,
    write: (id, text) => writeFile(join(folder, `${id}.json`), text),
  };
};

let prefixes = 0;
const etcdStage = async (): Promise<Stage> => {
  const prefix = `/owned-${prefixes++}/`;
  return {
    open: (owner) => {
      const place = etcdPlace({ endpoints: [...etcd.endpoints], prefix }, owner, (path) => path, nodeSystem);
      onTestFinished(() => place.close(signal));
      return place;
    },
    read: async (id) => {
      const key = Buffer.from(`${prefix}${id}`).toString('base64');
      const { kvs } = (await etcd.ask('/v3/kv/range', { key })) as { kvs?: { value: string }[] };
      const [found] = kvs ?? [];
      return found === undefined ? null : Buffer.from(found.value, 'base64').toString();
    },
    write: (id, text) => etcd.put(`${prefix}${id}`, text),
  };
};

describe.each([
  ['directory', directoryStage],
  ['etcd', etcdStage],
] as const)('in a place that is %s', (_kind, open) => {
  test('what one join keeps listed no other one writes or takes away, until it is taken out', async () => {
    const stage = await open();
    const [one, two] = [await ownerOn('app1', 'a1'), await ownerOn('app2', 'b2')];
    const [first, second] = [stage.open(one), stage.open(two)];
    expect(await first.put('a', node(one), signal)).toBe(null);
    expect(await second.put('a', node(two), signal)).toMatch(
      /another join keeps it there \(process 7 on app1\)/,
    );
    expect(await second.remove('a', signal)).toBe(null);
    expect((await second.keep(['a'], signal)).has('a')).toBe(false);
    expect((await stage.read('a'))?.trim()).toBe(node(one));
    expect(await first.put('a', node(one, 'drain'), signal)).toBe(null);
    expect((await first.keep(['a'], signal)).get('a')).toBe(node(one, 'drain'));
    expect(await first.remove('a', signal)).toBe(null);
    expect(await stage.read('a')).toBe(null);
    expect(await second.put('a', node(two), signal)).toBe(null);
    expect((await stage.read('a'))?.trim()).toBe(node(two));
  });

  test('of two that list one node in the same moment one has it', async () => {
    const stage = await open();
    const owners = [await ownerOn('app1', 'a1'), await ownerOn('app2', 'b2')];
    const places = owners.map((owner) => ({ owner, place: stage.open(owner) }));
    await Promise.all(places.map(({ owner, place }) => place.put('a', node(owner), signal)));
    const text = (await stage.read('a'))?.trim();
    const kept = await Promise.all(places.map(({ place }) => place.keep(['a'], signal)));
    const has = places.filter((_, index) => kept[index]?.get('a') === text);
    expect(has).toHaveLength(1);
    const [loser] = places.filter((one) => one !== has[0]);
    expect(await loser?.place.put('a', node(loser.owner), signal)).toMatch(/another join keeps it there/);
  });

  test('what a join of this machine left that was killed is taken at once, or taken out', async () => {
    const stage = await open();
    const killed = await nodeSystem.start(['true']);
    await killed.ended;
    const here = await nodeSystem.identity();
    const own = await thisOwner(nodeSystem);
    const dead: Owner = { ...own, name: [here.host, here.realm, killed.pid].join('/') };
    const [former, next] = [stage.open(dead), stage.open(own)];
    await former.put('a', node(dead), signal);
    await former.put('b', node(dead), signal);
    expect(await next.put('a', node(own), signal)).toBe(null);
    expect((await stage.read('a'))?.trim()).toBe(node(own));
    expect(await next.remove('b', signal)).toBe(null);
    expect(await stage.read('b')).toBe(null);
  });

  test('what a join of another machine left is taken when nobody has kept it for its time', async () => {
    const stage = await open();
    const [one, two] = [await ownerOn('app1', 'a1'), await ownerOn('app2', 'b2')];
    await stage.open(one).put('a', node(one), signal);
    const next = stage.open(two);
    const since = performance.now();
    expect(await next.put('a', node(two), signal)).not.toBe(null);
    await until(async () => (await next.put('a', node(two), signal)) === null, 15_000);
    expect(performance.now() - since).toBeGreaterThan(STALE_MS - 100);
    expect((await stage.read('a'))?.trim()).toBe(node(two));
  });

  test('what no join wrote is written over, and not taken away', async () => {
    const stage = await open();
    const owner = await ownerOn('app1', 'a1');
    const place = stage.open(owner);
    await stage.write('a', '127.0.0.1:3000');
    expect(await place.remove('a', signal)).toBe(null);
    expect(await stage.read('a')).toBe('127.0.0.1:3000');
    expect(await place.put('a', node(owner), signal)).toBe(null);
    expect((await stage.read('a'))?.trim()).toBe(node(owner));
  });
});

test('in etcd nothing is written over, or taken away, that another join wrote after it was looked at', async () => {
  const [own, other] = [await ownerOn('app1', 'a1'), await ownerOn('app2', 'b2')];
  const prefix = '/crossed/';
  const settings = { endpoints: [...etcd.endpoints], prefix };
  let cross: () => Promise<void> = async () => {};
  const fetch: typeof nodeSystem.fetch = async (request, ...more) => {
    if (request.body?.includes('compare')) await cross();
    return nodeSystem.fetch(request, ...more);
  };
  const place = etcdPlace(settings, own, (path) => path, { ...nodeSystem, fetch });
  onTestFinished(() => place.close(signal));
  const value = async (): Promise<string> => {
    const key = Buffer.from(`${prefix}a`).toString('base64');
    const { kvs } = (await etcd.ask('/v3/kv/range', { key })) as { kvs?: { value: string }[] };
    return Buffer.from(kvs?.[0]?.value ?? '', 'base64').toString();
  };
  const overtake = (): Promise<void> => etcd.put(`${prefix}a`, node(other));

  cross = overtake;
  expect(await place.put('a', node(own), signal)).toBe('someone else wrote it in the same moment');
  expect(await value()).toBe(node(other));
  cross = async () => {};
  expect(await place.put('a', node(own), signal)).toBe(null); // it has no lease
  cross = overtake;
  expect(await place.remove('a', signal)).toBe('someone else wrote it in the same moment');
  expect(await value()).toBe(node(other));
});
