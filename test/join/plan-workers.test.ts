import { expect, test } from 'vitest';
import { LbError } from '../../src/diagnostics/lb-error.ts';
import { restartDelay } from '../../src/join/back-off.ts';
import { planWorkers, type WorkersPlan } from '../../src/join/plan-workers.ts';
import { choosesUws } from '../../src/join/uws.ts';

const plan = (more: Partial<WorkersPlan> = {}, env: Readonly<Record<string, string>> = {}) =>
  planWorkers(
    { app: 'todos', host: '10.0.0.11', port: 3000, count: 2, uws: false, forwardedCount: null, ...more },
    env,
  );

test('each worker has a port and an id of its own, and the rest of the environment', () => {
  expect(plan({}, { PORT: '80', HOME: '/srv', HTTP_FORWARDED_COUNT: '3' })).toEqual(
    [3000, 3001].map((port) => ({
      id: `todos-10.0.0.11-${port}`,
      host: '10.0.0.11',
      port,
      alsoListens: [],
      env: { HOME: '/srv', HTTP_FORWARDED_COUNT: '3', PORT: String(port), BIND_IP: '10.0.0.11' },
    })),
  );
});

test('the description says how many addresses are forwarded', () => {
  const [first] = plan({ forwardedCount: 2 }, { HTTP_FORWARDED_COUNT: '1' });
  expect(first?.env.HTTP_FORWARDED_COUNT).toBe('2');
});

test('an address of IPv6 makes an id that proxies take', () => {
  expect(plan({ host: '2001:db8::1' }).map(({ id }) => id)).toEqual([
    'todos-2001-db8--1-3000',
    'todos-2001-db8--1-3001',
  ]);
});

test.each([
  ['nothing', undefined, [5001, 5002]],
  ['a port', '{"packages":{"ddp-server":{"uws":{"port":6000}}}}', [6000, 6001]],
])('with uws and settings of %s each has a port of uws of its own', (_what, settings, ports) => {
  const workers = plan({ uws: true }, settings === undefined ? {} : { METEOR_SETTINGS: settings });
  expect(workers.map(({ env }) => JSON.parse(env.METEOR_SETTINGS ?? ''))).toEqual(
    ports.map((port) => ({ packages: { 'ddp-server': { uws: { port } } } })),
  );
});

test('what else is in the settings stays', () => {
  const settings = {
    public: { a: 1 },
    packages: { other: {}, 'ddp-server': { transport: 'uws', uws: { timeout: 9 } } },
  };
  const [, second] = plan({ uws: true }, { METEOR_SETTINGS: JSON.stringify(settings) });
  expect(JSON.parse(second?.env.METEOR_SETTINGS ?? '')).toEqual({
    public: { a: 1 },
    packages: { other: {}, 'ddp-server': { transport: 'uws', uws: { timeout: 9, port: 5002 } } },
  });
});

test.each([
  ['settings that are no JSON', { uws: true }],
  ['ports above 65535', { port: 65_535 }],
])('%s are refused', (_what, more) => {
  expect(() => plan(more, { METEOR_SETTINGS: '{' })).toThrow(LbError);
});

test('settings that are not needed may be anything', () => {
  expect(plan({}, { METEOR_SETTINGS: '{' })[0]?.env.METEOR_SETTINGS).toBe('{');
});

test('uws is chosen by the environment', () => {
  expect(
    [{}, { DDP_TRANSPORT: 'sockjs' }, { DDP_TRANSPORT: 'uws' }, { DISABLE_SOCKJS: 'uws' }].map(choosesUws),
  ).toEqual([false, false, true, true]);
});

test('a restart waits twice as long each time, up to half a minute, and anew after a minute of life', () => {
  const delays: number[] = [];
  for (let last: number | null = null; delays.length < 7; ) {
    last = restartDelay(last, 100);
    delays.push(last);
  }
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(restartDelay(30_000, 60_000)).toBe(1000);
  expect(restartDelay(30_000, 59_999)).toBe(30_000);
});
