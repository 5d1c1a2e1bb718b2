import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SourceOf } from '../../../src/cluster/schema/source.ts';
import type { Memory } from '../../../src/inventory/memory.ts';
import { settleInventory } from '../../../src/inventory/settle-inventory.ts';
import type { Listing } from '../../../src/inventory/source.ts';
import { etcdSource } from '../../../src/inventory/sources/etcd/etcd-source.ts';
import { nodeSystem } from '../../../src/platform/node-system.ts';
import { keepSources } from '../../../src/watch/sources/keep-sources.ts';
import { type Etcd, startEtcd } from '../../support/etcd.ts';
import { until } from '../../support/until.ts';
import { idOf, NOTHING_TAKEN } from '../listing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-etcd-source-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Settings = SourceOf<'etcd'>['etcd'];
const open = (settings: Settings, interval?: number) =>
  etcdSource({ etcd: settings, interval }, (file) => join(folder, file));
const told = ({ problems }: Listing): string => problems.map(({ message }) => message).join();
const ids = ({ entries }: Listing) => entries?.map(idOf) ?? null;
const ask = (source: ReturnType<typeof open>) => source.ask(nodeSystem, new AbortController().signal);

/** Follows a source until the test is over; `next` resolves with the next list that is told. */
const follow = (source: ReturnType<typeof open>, hear = (_: Listing): void => {}) => {
  const stopping = new AbortController();
  const ended = source.follow?.(nodeSystem, stopping.signal, (listing) => hear(listing)) ?? Promise.resolve();
  onTestFinished(async () => {
    stopping.abort();
    await ended;
  });
  return { ended, next: () => new Promise<Listing>((resolve) => (hear = resolve)) };
};

/** A server that takes connections and never answers. */
const listenInSilence = async () => {
  let asked = 0;
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const server = createServer((socket) => {
    asked++;
    socket.on('error', () => {}).on('close', leave);
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many connections it got. */
    asked: () => asked,
    /** Resolves when the other side has hung up. */
    left,
  };
};

describe('one member', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.stop());

  test('keys below the prefix are nodes, and what is none is left out', async () => {
    await etcd.put('/forms/a', '10.0.0.1:3000');
    await etcd.put('/forms/deep/b', '{"host":"10.0.0.2","port":3000,"weight":3}');
    await etcd.put('/forms/c', '{"id":"other","host":"10.0.0.3","port":3000}');
    await etcd.put('/forms/d', 'half');
    await etcd.put('/forms2/e', '10.0.0.5:3000');
    await etcd.put('/form', '10.0.0.6:3000');
    for (const prefix of ['/forms', '/forms/']) {
      const listing = await ask(open({ endpoints: etcd.endpoints as string[], prefix }));
      expect(listing.entries).toMatchObject([
        { id: 'a', host: '10.0.0.1', port: 3000 },
        { id: 'other', host: '10.0.0.3' },
        { id: 'b', host: '10.0.0.2', weight: 3 },
      ]);
      expect(listing.problems).toHaveLength(1);
      expect(listing.problems[0]?.place?.file).toBe('/forms/d');
    }
  });

  test('a prefix without keys lists nothing', async () => {
    const listing = await ask(open({ endpoints: [...etcd.endpoints], prefix: '/empty' }));
    expect(listing).toMatchObject({ entries: [], problems: [] });
  });

  test('thousands are read in pages', async () => {
    for (let at = 0; at < 4100; at += 100) await putMany(etcd, '/many', at, 100);
    const listing = await ask(open({ endpoints: [...etcd.endpoints], prefix: '/many' }));
    expect(new Set(ids(listing)).size).toBe(4100);
  });

  test('a node that comes, changes, goes, or whose lease ends is told at once', async () => {
    const source = open({ endpoints: [...etcd.endpoints], prefix: '/live' });
    expect(ids(await ask(source))).toEqual([]);
    const { next } = follow(source);
    const came = next();
    await etcd.put('/live/a', '10.0.0.1:3000');
    expect(ids(await came)).toEqual(['a']);
    const changed = next();
    await etcd.put('/live/a', '10.0.0.1:3001');
    expect((await changed).entries).toMatchObject([{ id: 'a', port: 3001 }]);
    const { ID: lease } = (await etcd.ask('/v3/lease/grant', { TTL: 1 })) as { ID: string };
    const leased = next();
    await etcd.put('/live/b', '10.0.0.2:3000', { lease });
    expect(ids(await leased)).toEqual(['a', 'b']);
    expect(ids(await next())).toEqual(['a']);
    const gone = next();
    await etcd.remove('/live/a');
    expect(ids(await gone)).toEqual([]);
  });

  test('many changes are told in few lists, the last of which has all', async () => {
    const source = open({ endpoints: [...etcd.endpoints], prefix: '/burst' });
    await ask(source);
    const lists: number[] = [];
    let whole = (): void => {};
    const done = new Promise<void>((resolve) => (whole = resolve));
    const began = performance.now();
    follow(source, ({ entries }) => {
      lists.push(entries?.length ?? 0);
      if (entries?.length === 500) whole();
    });
    for (let i = 0; i < 500; i += 50)
      await Promise.all(Array.from({ length: 50 }, (_, at) => etcd.put(`/burst/n${i + at}`, `h${i + at}:1`)));
    await done;
    const seconds = (performance.now() - began) / 1000;
    expect(lists.length).toBeLessThanOrEqual(10 * seconds + 2);
    expect(lists).toEqual([...lists].sort((a, b) => a - b));
  });

  test('a key that is the prefix itself is no node', async () => {
    const source = open({ endpoints: [...etcd.endpoints], prefix: '/own' });
    await ask(source);
    const { next } = follow(source);
    const came = next();
    await etcd.put('/own/', 'all nodes');
    await etcd.put('/own/a', '10.0.0.1:3000');
    const listing = await came;
    expect(listing.problems).toEqual([]);
    await until(async () => ids(await ask(source))?.join() === 'a');
  });

  test('what happened between the list and the watch is told', async () => {
    const source = open({ endpoints: [...etcd.endpoints], prefix: '/between' });
    await ask(source);
    await etcd.put('/between/a', '10.0.0.1:3000');
    expect(ids(await follow(source).next())).toEqual(['a']);
  });

  test('a compaction ends the watch, so that all is read anew', async () => {
    const source = open({ endpoints: [...etcd.endpoints], prefix: '/old' });
    await ask(source);
    await etcd.put('/old/a', '10.0.0.1:3000');
    const { header } = (await etcd.ask('/v3/kv/range', { key: 'AA==' })) as { header: { revision: string } };
    await etcd.put('/old/b', '10.0.0.2:3000');
    await etcd.ask('/v3/kv/compaction', { revision: String(Number(header.revision) + 1) });
    await follow(source).ended;
    expect(ids(await ask(source))).toEqual(['a', 'b']);
  });

  test('all is read anew after the interval', async () => {
    const source = open({ endpoints: [...etcd.endpoints], prefix: '/calm' }, 300);
    await ask(source);
    await follow(source).ended;
  });
});

test('members that do not answer are told, each with its reason', async () => {
  const listing = await ask(open({ endpoints: ['http://127.0.0.1:1', 'http://127.0.0.1:2'], prefix: '/n' }));
  expect(listing.entries).toBeNull();
  expect(told(listing)).toBe(
    'http://127.0.0.1:1: connection refused; http://127.0.0.1:2: connection refused',
  );
});

test('of several members two are silent and one is down: the list comes before their time is over, and at once from then on', async () => {
  const etcd = await startEtcd();
  onTestFinished(etcd.stop);
  await etcd.put('/n/a', '10.0.0.1:3000');
  const silent = [await listenInSilence(), await listenInSilence()];
  const endpoints = [...silent.map(({ endpoint }) => endpoint), 'http://127.0.0.1:1', ...etcd.endpoints];
  const source = open({ endpoints, prefix: '/n' });
  const timed = async (): Promise<number> => {
    const start = performance.now();
    expect(ids(await ask(source))).toEqual(['a']);
    return performance.now() - start;
  };
  const began = performance.now();
  expect(await timed()).toBeLessThan(5000); // which each of them would get alone
  await Promise.all(silent.map(({ left }) => left));
  expect(performance.now() - began).toBeLessThan(5000); // they were told to stop
  const before = silent.map(({ asked }) => asked());
  expect(before).toEqual([1, 1]);
  expect(await timed()).toBeLessThan(1000);
  expect(silent.map(({ asked }) => asked())).toEqual(before);
});

test('where all members are silent, each is told, and they are not waited for one by one', async () => {
  const silent = [await listenInSilence(), await listenInSilence(), await listenInSilence()];
  const endpoints = silent.map(({ endpoint }) => endpoint);
  const began = performance.now();
  const listing = await ask(open({ endpoints, prefix: '/n' }));
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(told(listing)).toBe(endpoints.map((endpoint) => `${endpoint}: no answer in time`).join('; '));
});

test('a file that can not be read is told once for all members', async () => {
  const endpoints = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
  const listing = await ask(open({ endpoints, prefix: '/n', ca: 'nowhere.pem' }));
  expect(told(listing)).toMatch(/^\S+nowhere\.pem can not be read: no such file or folder$/);
});

test.each([true, false])(
  'a member that went is no end, be it the leader (%s): the next one is asked',
  async (isLeader) => {
    const etcd = await startEtcd(3);
    onTestFinished(etcd.stop);
    await etcd.put('/n/a', '10.0.0.1:3000');
    const leader = await etcd.leader();
    const first = isLeader ? leader : etcd.members.find(({ name }) => name !== leader.name);
    const others = etcd.endpoints.filter((endpoint) => endpoint !== first?.endpoint);
    const source = open({ endpoints: [first?.endpoint ?? '', ...others], prefix: '/n' });
    expect(ids(await ask(source))).toEqual(['a']);
    const { ended } = follow(source);
    await first?.kill();
    await ended;
    expect(ids(await ask(source))).toEqual(['a']);
  },
);

test('an etcd that has lost its data is asked anew at once', async () => {
  const etcd = await startEtcd();
  onTestFinished(etcd.stop);
  for (const id of ['a', 'b', 'c', 'd']) await etcd.put(`/n/${id}`, '10.0.0.1:3000');
  const source = open({ endpoints: [...etcd.endpoints], prefix: '/n' });
  expect(ids(await ask(source))).toHaveLength(4);
  await loseData(etcd);
  const began = performance.now();
  await follow(source).ended;
  expect(performance.now() - began).toBeLessThan(30_000); // and not after the interval, a minute
  expect(ids(await ask(source))).toEqual([]);
});

/** Nodes of etcd as a running watch keeps them; `change` resolves when they are others than those asked for last. */
const keepNodes = (endpoints: readonly string[]) => {
  let wake = (): void => {};
  const keeper = keepSources(
    () => wake(),
    (error) => {
      throw error;
    },
    nodeSystem,
  );
  onTestFinished(keeper.stop);
  const source = { ...open({ endpoints: [...endpoints], prefix: '/n' }), key: 'n', index: 0 };
  return {
    ask: () => keeper.ask([{ app: 'todos', taken: NOTHING_TAKEN, sources: [source] }]),
    change: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  };
};

test('while an etcd that has lost its data lists nothing, its nodes stay; nodes that come back count', async () => {
  const etcd = await startEtcd();
  onTestFinished(etcd.stop);
  const kept = keepNodes(etcd.endpoints);
  let memory: Memory = new Map();
  const settle = async () => {
    const asked = await kept.ask();
    const settled = settleInventory(memory, asked, { maxShrink: 0.2, holdMs: 0, now: performance.now() });
    memory = settled.memory;
    return {
      ids: settled.inventory.apps.todos?.map(idOf).join(),
      told: settled.notices.map(({ message }) => message).join(),
    };
  };
  /** Runs as `watch` does, when the source says something else. */
  const settled = async (isIt: (now: Awaited<ReturnType<typeof settle>>) => boolean): Promise<void> => {
    for (;;) {
      const woken = kept.change();
      const now = await settle();
      if (isIt(now)) return;
      expect(now.ids).toBe('a,b,c');
      await woken;
    }
  };
  for (const id of ['a', 'b', 'c']) await etcd.put(`/n/${id}`, `10.0.0.${id.charCodeAt(0)}:3000`);
  expect(await settle()).toEqual({ ids: 'a,b,c', told: '' });
  await loseData(etcd);
  await settled(
    ({ ids, told }) => ids === 'a,b,c' && told.includes('lists too few ready nodes, 0 instead of 3'),
  );
  for (const id of ['a', 'b', 'd']) await etcd.put(`/n/${id}`, `10.0.0.${id.charCodeAt(0)}:3000`);
  await settled(({ ids, told }) => ids === 'a,b,d' && told === '');
});

test('the leader is killed in the middle of 50 changes, and none is lost', async () => {
  const etcd = await startEtcd(3);
  onTestFinished(etcd.stop);
  const kept = keepNodes(etcd.endpoints);
  const seen = async () => {
    const [app] = await kept.ask();
    return app?.listings[0]?.entries?.length ?? null;
  };
  expect(await seen()).toBe(0);
  const leader = await etcd.leader();
  const others = etcd.members.filter((member) => member !== leader);
  for (let i = 0; i < 50; i++) {
    if (i === 25) await leader.kill();
    const { endpoint } = others[i % 2] ?? leader;
    await until(() => etcd.put(`/n/node${i}`, `10.0.0.${i}:3000`, { endpoint }).then(yes, no), 20_000);
  }
  const deadline = performance.now() + 20_000;
  while ((await seen()) !== 50) {
    const woken = kept.change();
    if ((await seen()) === 50) break;
    if (performance.now() > deadline) throw new Error(`${await seen()} nodes of 50`);
    await Promise.race([woken, pause(1000)]);
  }
});

test('a user with a password', async () => {
  const etcd = await startEtcd();
  onTestFinished(etcd.stop);
  await etcd.put('/n/a', '10.0.0.1:3000');
  await etcd.ask('/v3/auth/user/add', { name: 'root', password: 'good' });
  await etcd.ask('/v3/auth/role/add', { name: 'root' });
  await etcd.ask('/v3/auth/user/grant', { user: 'root', role: 'root' });
  await etcd.ask('/v3/auth/enable', {});
  const settings = { endpoints: [...etcd.endpoints], prefix: '/n' };
  expect(told(await ask(open(settings)))).toContain('user name is empty');
  const source = open({ ...settings, user: 'root', passwordFile: 'password' });
  expect(told(await ask(source))).toContain('password can not be read');
  await writeFile(join(folder, 'password'), 'bad\n');
  expect(told(await ask(source))).toContain('authentication failed');
  await writeFile(join(folder, 'password'), 'good\n');
  expect(ids(await ask(source))).toEqual(['a']);
  const fromEnvironment = open({ ...settings, user: 'root', passwordEnv: 'METEOR_LB_TEST_PASSWORD' });
  expect(told(await ask(fromEnvironment))).toContain('METEOR_LB_TEST_PASSWORD is not set');
  vi.stubEnv('METEOR_LB_TEST_PASSWORD', 'good');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(ids(await ask(fromEnvironment))).toEqual(['a']);
  const { next } = follow(source);
  const token = ((await etcd.ask('/v3/auth/authenticate', { name: 'root', password: 'good' })) as Token)
    .token;
  const came = next();
  const body = { key: encode('/n/b'), value: encode('10.0.0.2:3000') };
  const [endpoint] = etcd.endpoints;
  await etcd.ask('/v3/kv/put', body, { token, ...(endpoint === undefined ? {} : { endpoint }) });
  expect(ids(await came)).toEqual(['a', 'b']);
});

test('certificates of both sides', async () => {
  const [cert = '', key = ''] = ['cert', 'key'].map((name) => join(folder, name));
  // Go does not take certificates of selfsigned.
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...[
      '-subj',
      '/CN=meteor-lb.test',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      cert,
    ],
  ]);
  const files = [`--cert-file=${cert}`, `--key-file=${key}`, `--trusted-ca-file=${cert}`];
  const etcd = await startEtcd(1, [...files, '--client-cert-auth']);
  onTestFinished(etcd.stop);
  const settings = { endpoints: [...etcd.endpoints], prefix: '/n' };
  const good = open({ ...settings, ca: 'cert', cert: 'cert', key: 'key' });
  await until(async () => (await ask(good)).entries !== null, 20_000);
  expect(told(await ask(open(settings)))).toContain('self-signed');
  expect((await ask(open({ ...settings, ca: 'cert' }))).entries).toBeNull();
});

const loseData = async (etcd: Etcd): Promise<void> => {
  for (const member of etcd.members) {
    await member.kill();
    await member.forget();
    member.start();
  }
  await etcd.ready();
};

interface Token {
  readonly token: string;
}
const encode = (text: string): string => Buffer.from(text).toString('base64');
const yes = (): boolean => true;
const no = (): boolean => false;

const putMany = (etcd: Etcd, prefix: string, from: number, count: number): Promise<unknown> =>
  etcd.ask('/v3/kv/txn', {
    success: Array.from({ length: count }, (_, i) => ({
      request_put: {
        key: encode(`${prefix}/n${from + i}`),
        value: encode(`10.0.${Math.floor((from + i) / 250)}.${((from + i) % 250) + 1}:3000`),
      },
    })),
  });
