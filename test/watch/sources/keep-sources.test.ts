import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { AppSources, OpenSource } from '../../../src/inventory/open-sources.ts';
import type { Listing } from '../../../src/inventory/source.ts';
import { nodeSystem } from '../../../src/platform/node-system.ts';
import { keepSources, type SourceKeeper } from '../../../src/watch/sources/keep-sources.ts';
import { listing, NOTHING_TAKEN } from '../../inventory/listing.ts';
import { type FakeClock, fakeClock } from '../fake-clock.ts';

let clock: FakeClock;
let keeper: SourceKeeper;
let changes: string[];
let errors: unknown[];
beforeEach(() => {
  clock = fakeClock();
  changes = [];
  errors = [];
  keeper = keepSources(
    (name) => changes.push(name),
    (error) => errors.push(error),
    { ...nodeSystem, ...clock, random: () => 0.5 },
  );
});
afterEach(async () => {
  await keeper.stop();
  expect(errors).toEqual([]);
});

/** A source that says what it is told to; `asked` are the times when it was asked. */
const scripted = (
  name: string,
  answer: () => Listing | Promise<Listing>,
  { intervalMs = 10_000, key = name, ...rest }: Partial<OpenSource> = {},
) => {
  const asked: number[] = [];
  const source: OpenSource = {
    name,
    key,
    index: 0,
    files: [],
    intervalMs,
    ask: async () => {
      asked.push(clock.now());
      return answer();
    },
    ...rest,
  };
  return { source, asked };
};
const apps = (...sources: OpenSource[]): AppSources[] => [{ app: 'todos', taken: NOTHING_TAKEN, sources }];
const hosts = async (...sources: OpenSource[]) => {
  const [app] = await keeper.ask(apps(...sources));
  return app?.listings.map(
    ({ entries }) => entries?.map((entry) => ('host' in entry ? entry.host : '')) ?? null,
  );
};

test('a run gets what was said last, and a change leads to one', async () => {
  let now = ['10.0.0.1:3000'];
  const { source, asked } = scripted('http a', () => listing(now));
  expect(await hosts(source)).toEqual([['10.0.0.1']]);
  await clock.pass(25_000);
  expect(asked).toEqual([0, 10_000, 20_000]);
  expect(changes).toEqual([]);
  expect(await hosts(source)).toEqual([['10.0.0.1']]);
  expect(asked).toHaveLength(3);
  now = ['10.0.0.1:3000', '10.0.0.2:3000'];
  await clock.pass(10_000);
  expect(changes).toEqual(['http a']);
  expect(await hosts(source)).toEqual([['10.0.0.1', '10.0.0.2']]);
});

test('a failure leads to a run, its repetition in other words does not, and it is asked with back-off', async () => {
  let good = true;
  const { source, asked } = scripted('http a', () =>
    good ? listing(['10.0.0.1:3000']) : listing(null, `try ${asked.length}`),
  );
  await hosts(source);
  good = false;
  await clock.pass(10_000);
  expect(changes).toHaveLength(1);
  expect(await hosts(source)).toEqual([null]);
  await clock.pass(60_000);
  expect(asked).toEqual([0, 10_000, 11_000, 13_000, 17_000, 25_000, 41_000]);
  expect(changes).toHaveLength(1);
  good = true;
  await clock.pass(5_000);
  expect(changes).toHaveLength(2);
});

test('a source that hangs holds up neither a run nor the others for longer than a moment', async () => {
  let answer = (_: Listing): void => {};
  const slow = scripted('http slow', () => new Promise<Listing>((resolve) => (answer = resolve)));
  const quick = scripted('http quick', () => listing(['10.0.0.1:3000']));
  const first = hosts(slow.source, quick.source);
  await clock.pass(2_000);
  expect(await first).toEqual([null, ['10.0.0.1']]);
  expect(await hosts(slow.source, quick.source)).toEqual([null, ['10.0.0.1']]);
  await clock.pass(8_000);
  expect(quick.asked).toHaveLength(2);
  answer(listing(['10.0.0.9:3000']));
  await clock.pass(0);
  expect(changes).toEqual(['http slow']);
  expect(await hosts(slow.source, quick.source)).toEqual([['10.0.0.9'], ['10.0.0.1']]);
});

test('a source is kept while its entry is the same, and asked no more when it is gone', async () => {
  const one = scripted('http a', () => listing(['10.0.0.1:3000']));
  const same = scripted('http a', () => listing(['10.0.0.2:3000']));
  await hosts(one.source);
  expect(await hosts(same.source)).toEqual([['10.0.0.1']]);
  expect(same.asked).toEqual([]);
  const other = scripted('http b', () => listing(['10.0.0.3:3000']));
  expect(await hosts(other.source)).toEqual([['10.0.0.3']]);
  await clock.pass(60_000);
  expect(one.asked).toEqual([0]);
});

test('what comes of a source that is gone counts no more', async () => {
  let answer = (_: Listing): void => {};
  const slow = scripted('http slow', () => new Promise<Listing>((resolve) => (answer = resolve)));
  const asking = hosts(slow.source);
  await clock.pass(2_000);
  await asking;
  await hosts();
  answer(listing(['10.0.0.9:3000']));
  await clock.pass(0);
  expect(changes).toEqual([]);
});

test('a source whose files tell is asked in each run', async () => {
  const file = scripted('file a', () => listing(['10.0.0.1:3000']), { intervalMs: null });
  await hosts(file.source);
  await hosts(file.source);
  await clock.pass(60_000);
  expect(file.asked).toHaveLength(2);
});

test('a change of its files leads to a run only where it lists something else', async () => {
  let now = ['10.0.0.1:3000'];
  const { source, asked } = scripted('directory a', () => listing(now), {
    intervalMs: null,
    files: ['nodes.d'],
  });
  expect(keeper.touched('nodes.d')).toBe(false);
  await hosts(source);
  for (let beat = 0; beat < 3; beat++) {
    expect(keeper.touched('nodes.d')).toBe(true);
    await clock.pass(5_000);
  }
  expect(keeper.touched('cluster.yaml')).toBe(false);
  expect(asked).toHaveLength(4);
  expect(changes).toEqual([]);
  now = ['10.0.0.1:3000', '10.0.0.2:3000'];
  keeper.touched('nodes.d');
  await clock.pass(0);
  expect(changes).toEqual(['directory a']);
  expect(await hosts(source)).toEqual([['10.0.0.1', '10.0.0.2']]);
});

test('many touches are looked at together', async () => {
  const { source, asked } = scripted('directory a', () => listing([]), { intervalMs: null, files: ['d'] });
  await hosts(source);
  for (let beat = 0; beat < 100; beat++) {
    keeper.touched('d');
    await clock.pass(10);
  }
  await clock.pass(1000);
  expect(asked.length).toBeLessThan(5);
});

test('a file that gets stale is seen when its time is over, which a touch puts off', async () => {
  let leftMs: number | null = 1000;
  const { source, asked } = scripted(
    'directory a',
    () => ({
      ...listing(leftMs === null ? [] : ['10.0.0.1:3000']),
      ...(leftMs === null ? {} : { againInMs: leftMs }),
    }),
    { intervalMs: null, files: ['d'] },
  );
  await hosts(source);
  await clock.pass(900);
  keeper.touched('d');
  await clock.pass(900);
  expect(asked).toEqual([0, 900]);
  leftMs = null;
  await clock.pass(100);
  expect(asked).toEqual([0, 900, 1900]);
  expect(changes).toEqual(['directory a']);
});

test('it is told whether others may see the same', async () => {
  const told: boolean[] = [];
  const other = keepSources(
    (_, isShared) => told.push(isShared),
    (error) => errors.push(error),
    { ...nodeSystem, ...clock, random: () => 0.5 },
  );
  onTestFinished(other.stop);
  let now = ['10.0.0.1:3000'];
  const file = scripted('file a', () => listing(now), { intervalMs: null, files: ['a'] });
  const http = scripted('http a', () => listing(now));
  await other.ask(apps(file.source, http.source));
  now = [];
  other.touched('a');
  await clock.pass(0);
  await clock.pass(10_000);
  expect(told).toEqual([false, true]);
});

test('a source that can be followed is asked anew when that ends, with back-off when it ends at once', async () => {
  let tell = (_: Listing): void => {};
  let followMs = 5_000;
  const { source, asked } = scripted('etcd a', () => listing(['10.0.0.1:3000']), {
    follow: async (_system, signal, hear) => {
      tell = hear;
      await clock.sleep(followMs, signal);
    },
  });
  await hosts(source);
  tell(listing(['10.0.0.2:3000']));
  expect(changes).toHaveLength(1);
  expect(await hosts(source)).toEqual([['10.0.0.2']]);
  await clock.pass(5_000);
  expect(asked).toEqual([0, 5_000]);
  followMs = 0;
  await clock.pass(12_000);
  expect(asked).toEqual([0, 5_000, 10_000, 11_000, 13_000, 17_000]);
});

test('a bug in a source is told, and it is asked again', async () => {
  let isBroken = true;
  const { source } = scripted('http a', () => {
    if (isBroken) throw new Error('a bug');
    return listing(['10.0.0.1:3000']);
  });
  expect(await hosts(source)).toEqual([null]);
  expect(errors.splice(0)).toMatchObject([{ message: 'a bug' }]);
  isBroken = false;
  await clock.pass(5000);
  expect(await hosts(source)).toEqual([['10.0.0.1']]);
});
