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

test("all of the environment but what is each worker's own is left as it is", () => {
  const env = {
    ROOT_URL: 'https://todos.example.com/app',
    MONGO_URL: 'mongodb://127.0.0.1/todos',
    UNIX_SOCKET_PATH: '',
    DDP_TRANSPORT: 'uws',
    METEOR_SETTINGS: '{"public":{"a":1}}',
    BIND_IP: '0.0.0.0',
    PORT: '80',
  };
  const uws = { packages: { 'ddp-server': { uws: { port: 5002 } } } };
  const [, second] = plan({ uws: true, forwardedCount: 2 }, env);
  const settings = JSON.parse(second?.env.METEOR_SETTINGS ?? '');
  expect(settings).toEqual({ public: { a: 1 }, ...uws });
  expect(second).toEqual({
    id: 'todos-10.0.0.11-3001',
    host: '10.0.0.11',
    port: 3001,
    alsoListens: [{ host: '127.0.0.1', port: 5002 }],
    env: {
      ...env,
      PORT: '3001',
      BIND_IP: '10.0.0.11',
      HTTP_FORWARDED_COUNT: '2',
      METEOR_SETTINGS: second?.env.METEOR_SETTINGS,
    },
  });
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
  ['a port as a text', '{"packages":{"ddp-server":{"uws":{"port":"6000"}}}}', [6000, 6001]],
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

test.each([
  ['a port that is one of uws, too', 4998, 5001, 'port 5001 would be one of a worker and one of uws'],
  ['ports of uws above 65535', 3000, 65_533, 'uws of 4 workers from port 65533 on needs ports above 65535'],
])('%s is refused', (_what, port, uwsPort, message) => {
  const settings = { packages: { 'ddp-server': { uws: { port: uwsPort } } } };
  const start = () => plan({ uws: true, port, count: 4 }, { METEOR_SETTINGS: JSON.stringify(settings) });
  expect(start).toThrow(message);
});

test('where uws listens besides is looked at, too', () => {
  const settings = { packages: { 'ddp-server': { uws: { host: '0.0.0.0', port: 7000 } } } };
  const workers = plan({ uws: true }, { METEOR_SETTINGS: JSON.stringify(settings) });
  expect(workers.map(({ alsoListens }) => alsoListens)).toEqual([
    [{ host: '0.0.0.0', port: 7000 }],
    [{ host: '0.0.0.0', port: 7001 }],
  ]);
});

test('settings that are not needed may be anything', () => {
  expect(plan({}, { METEOR_SETTINGS: '{' })[0]?.env.METEOR_SETTINGS).toBe('{');
});

const transport = (name: string): string =>
  JSON.stringify({ packages: { 'ddp-server': { transport: name } } });

test.each<[Readonly<Record<string, string>>, boolean]>([
  [{}, false],
  [{ DDP_TRANSPORT: 'sockjs' }, false],
  [{ DDP_TRANSPORT: 'uws' }, true],
  [{ DISABLE_SOCKJS: '1' }, true],
  [{ DISABLE_SOCKJS: 'uws', DDP_TRANSPORT: 'sockjs' }, false],
  [{ METEOR_SETTINGS: transport('uws') }, true],
  [{ METEOR_SETTINGS: transport('uws'), DDP_TRANSPORT: 'sockjs' }, true],
  [{ METEOR_SETTINGS: transport('sockjs'), DDP_TRANSPORT: 'uws' }, false],
  [{ METEOR_SETTINGS: '{', DDP_TRANSPORT: 'uws' }, true],
])('%j: uws is chosen, as Meteor does: %j', (env, expected) => {
  expect(choosesUws(env)).toBe(expected);
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
