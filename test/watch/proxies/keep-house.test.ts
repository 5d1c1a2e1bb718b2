import { describe, expect, test } from 'vitest';
import type { Controller, Running } from '../../../src/control/controller.ts';
import type { Prepared } from '../../../src/load/prepare.ts';
import type { OutputReport } from '../../../src/reconcile/publish-output.ts';
import { EMPTY_HOUSE, type House, keepHouse } from '../../../src/watch/proxies/keep-house.ts';
import { clusterOf, planOf } from '../../plan/planned.ts';

const DESCRIPTION = { apps: { todos: { nodes: ['10.0.0.1:3000'] } } };
const RULES = { everyMs: 1000, oldWorkers: 2, timeMs: 60_000, trickleMs: 10_000, compareMs: 10_000 };
const RUNS: Running = { state: 'running', generation: 'g' };

interface Proxy {
  readonly running?: Running;
  readonly inStep?: boolean | null;
  readonly leaving?: number;
  readonly old?: readonly number[];
  readonly atOnce?: number;
  readonly outcome?: OutputReport['result']['outcome'];
}

const set = ({
  running = RUNS,
  inStep = true,
  leaving = 0,
  old = [],
  atOnce = 1,
  outcome = 'none',
}: Proxy) => {
  const asked: string[] = [];
  const note = <Value>(what: string, value: Value) => {
    asked.push(what);
    return Promise.resolve(value);
  };
  const controller: Partial<Controller> = {
    observe: () => note('observe', running),
    oldWorkers: async () => old.map((pid) => ({ pid })),
    workersAtOnce: async () => atOnce,
    closesOneByOne: true,
    closeSockets: ({ pid }, count) => note(`close ${count} of ${pid}`, 5),
    servers: {
      inStep: () => note('inStep', inStep),
      bring: () => Promise.reject(new Error('nothing is brought')),
      sweep: () => note('sweep', leaving),
    },
  };
  const configuration = { plan: planOf(DESCRIPTION), text: '', generation: 'g' };
  const prepared: Prepared = {
    cluster: clusterOf(DESCRIPTION),
    version: [3, 0],
    configuration,
    diagnostics: [],
  };
  const report = {
    target: 'haproxy',
    file: '/etc/haproxy/haproxy.cfg',
    result: { outcome } as OutputReport['result'],
    diagnostics: [],
    prepared,
    controller: controller as Controller,
    ms: 0,
  } satisfies OutputReport;
  const keep = (house: House, now: number) => keepHouse(house, report, RULES, { now: () => now });
  return { asked, report, keep };
};

const OTHER = 'the proxy runs another configuration';
const SERVERS = 'the proxy has other servers than it should';

describe('a run is due', () => {
  test.each([
    ['nothing is wrong', {}, null],
    ['the proxy does not tell what it runs', { running: { state: 'running', generation: null } }, null],
    ['another configuration runs', { running: { state: 'running', generation: 'x' } }, OTHER],
    ['somebody changed its servers', { inStep: false }, SERVERS],
    ['its servers can not be read', { inStep: null }, null],
    [
      'it stopped',
      { running: { state: 'stopped', reason: '', hint: '' } },
      'the proxy does not run any more',
    ],
    ['it was stopped, and runs', { outcome: 'stopped' }, 'the proxy runs again'],
    [
      'it was stopped, and still is',
      { outcome: 'stopped', running: { state: 'stopped', reason: '', hint: '' } },
      null,
    ],
    ['what was wanted was refused, so that other servers run', { outcome: 'refused', inStep: false }, null],
    ['a reload waits, and there are enough old workers', { outcome: 'waiting', old: [1, 2] }, null],
    ['a reload waits, and there are more', { outcome: 'waiting', old: [1, 2, 3] }, null],
    [
      'a reload waits, and there are fewer',
      { outcome: 'waiting', old: [1] },
      'fewer old workers serve sockets',
    ],
    ['a reload waits for two sets of four', { outcome: 'waiting', old: [1, 2, 3, 4, 5], atOnce: 4 }, null],
    [
      'a reload waits, and there is one set of four',
      { outcome: 'waiting', old: [1, 2, 3, 4], atOnce: 4 },
      'fewer old workers serve sockets',
    ],
  ] as const satisfies readonly (readonly [string, Proxy, string | null])[])(
    'or not: %s',
    async (_name, proxy, due) => {
      expect((await set(proxy).keep(EMPTY_HOUSE, 10_000)).due).toBe(due);
    },
  );
});

test('the proxy is compared once in a while, and every time where it was stopped', async () => {
  const { keep, asked } = set({});
  const { house } = await keep(EMPTY_HOUSE, 10_000);
  await keep(house, 19_999);
  expect(asked.filter((what) => what === 'observe')).toHaveLength(1);
  await keep(house, 20_000);
  expect(asked.filter((what) => what === 'observe')).toHaveLength(2);
  const stopped = set({ outcome: 'stopped' });
  await stopped.keep({ ...EMPTY_HOUSE, comparedAt: 10_000 }, 10_001);
  expect(stopped.asked).toContain('observe');
});

test('servers are swept until none is left, and again after a change', async () => {
  const busy = set({ leaving: 2 });
  const { house } = await busy.keep(EMPTY_HOUSE, 0);
  expect(house.leaving).toBe(2);
  const done = await set({ leaving: 0 }).keep(house, 1);
  const later = set({ leaving: 0 });
  await later.keep(done.house, 2);
  expect(later.asked).not.toContain('sweep');
  await later.keep({ ...done.house, leaving: null }, 3);
  expect(later.asked).toContain('sweep');
});

test('sockets of old workers are closed from their time on, whatever became of the last run', async () => {
  for (const outcome of ['none', 'waiting', 'refused', 'stopped'] as const) {
    const { keep, asked } = set({ old: [7], outcome });
    let { house } = await keep(EMPTY_HOUSE, 0);
    ({ house } = await keep(house, 59_999));
    expect(asked.join()).not.toContain('close');
    ({ house } = await keep(house, 60_000));
    expect(asked).toContain('close 1 of 7');
    await keep(house, 69_000);
    expect(asked).toContain('close 5 of 7');
  }
});

test('nothing is done where a run did not come as far as the proxy', async () => {
  const { report, asked } = set({ old: [7] });
  const kept = await keepHouse(EMPTY_HOUSE, { ...report, controller: null }, RULES, { now: () => 99_999 });
  expect(kept).toEqual({ house: EMPTY_HOUSE, due: null });
  expect(asked).toEqual([]);
});
