import { cpuUsage, memoryUsage, stdout } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Listing } from '../../src/inventory/source.ts';
import { etcdSource } from '../../src/inventory/sources/etcd/etcd-source.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { keepSource } from '../../src/watch/sources/keep-source.ts';
import { type Etcd, startEtcd } from '../support/etcd.ts';
import { hostOf, type NodeOf, putAll, putEach, putSome } from './put-nodes.ts';
import { size } from './size.ts';

const NODES = size(10_000, 500);
const FAR_TOO_MANY = size(100_000, 20_100);

let etcd: Etcd;
beforeAll(async () => {
  etcd = await startEtcd();
}, 60_000);
afterAll(() => etcd?.stop());

test(`${NODES} nodes in etcd: the first list, the same again, one change, and 10,000`, async () => {
  await putAll(etcd, '/bench', NODES, at(3000));
  const { signal } = new AbortController();
  const source = open('/bench');
  const first = await measured(() => source.ask(nodeSystem, signal));
  expect(first.result.entries).toHaveLength(NODES);
  const again = await measured(() => source.ask(nodeSystem, signal));

  const stopping = new AbortController();
  let hear = (_: Listing): void => {};
  const following = source.follow?.(nodeSystem, stopping.signal, (listing) => hear(listing));
  const changed = await measured(async () => {
    const told = new Promise<Listing>((resolve) => (hear = resolve));
    await putSome(etcd, '/bench', [0], at(3001));
    await told;
  });
  stopping.abort();
  await following?.catch(() => {});

  let changes = 0;
  const kept = keepSource(open('/bench'), { onChange: () => changes++, onError: () => {} }, nodeSystem);
  expect((await kept.listing()).entries).toHaveLength(NODES);
  const all = await measured(async () => {
    await putEach(etcd, '/bench', NODES, at(4000));
    while (!(await kept.listing()).entries?.every((entry) => 'port' in entry && entry.port === 4000))
      await nodeSystem.sleep(20);
  });
  await kept.stop();
  say(`etcd, ${NODES} nodes: first list`, first);
  say('  the same again', again);
  say('  one change', changed);
  say(`  ${NODES} changes (those who write them included), heard ${changes} times`, all);
});

test(`${FAR_TOO_MANY} nodes in etcd are refused`, async () => {
  await putAll(etcd, '/vast', FAR_TOO_MANY, at(3000));
  const source = open('/vast');
  const first = await measured(() => source.ask(nodeSystem, new AbortController().signal));
  expect(first.result.entries).toBeNull();
  say(`etcd, ${FAR_TOO_MANY} nodes: refused`, first);
});

const open = (prefix: string) =>
  etcdSource({ etcd: { endpoints: [...etcd.endpoints], prefix } }, (file) => file);

/** A node of this port. */
const at =
  (port: number): NodeOf =>
  (index) => ({ host: hostOf(10, index), port });

interface Measured<Result> {
  readonly result: Result;
  readonly ms: number;
  readonly cpuMs: number;
  /** What is held afterwards. */
  readonly heldMb: number;
  /** What the process has taken from the system. */
  readonly takenMb: number;
}

const measured = async <Result>(action: () => Promise<Result>): Promise<Measured<Result>> => {
  collect();
  const [memory, cpu, began] = [memoryUsage(), cpuUsage(), performance.now()];
  const result = await action();
  const ms = Math.round(performance.now() - began);
  const { user, system } = cpuUsage(cpu);
  const takenMb = mb(memoryUsage().rss - memory.rss);
  collect();
  const heldMb = mb(memoryUsage().heapUsed - memory.heapUsed);
  return { result, ms, cpuMs: Math.round((user + system) / 1000), heldMb, takenMb };
};

const say = (what: string, { ms, cpuMs, heldMb, takenMb }: Measured<unknown>): void =>
  void stdout.write(`${what}: ${ms} ms, CPU ${cpuMs} ms, memory ${heldMb} MB held, ${takenMb} MB taken\n`);

const mb = (bytes: number): number => Math.round(bytes / 2 ** 20);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
