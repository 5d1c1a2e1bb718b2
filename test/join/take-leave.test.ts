import { expect, test } from 'vitest';
import { takeLeave } from '../../src/join/take-leave.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const never = new AbortController().signal;

/** A clock that goes on as it is slept for, and connections by the time. */
const fakeTime = (connections: (now: number) => number) => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await new Promise((resolve) => setImmediate(resolve)); // what is done at once comes first
      signal?.throwIfAborted();
      now += ms;
    },
    connectionsAt: async () => connections(now),
  };
};

/** When its steps were taken. */
const leave = async (
  { graceMs, lagMs }: { readonly graceMs: number; readonly lagMs: number },
  connections: (now: number) => number,
  write: () => Promise<boolean> = async () => true,
) => {
  const time = fakeTime(connections);
  let takenOut = 0;
  const drain = write;
  const takeOut = (): Promise<boolean> => {
    takenOut = time.now();
    return write();
  };
  const worker = { id: 'a', host: '127.0.0.1', port: 1, isGone: () => false };
  await takeLeave({ ...worker, graceMs, lagMs, drain, takeOut }, time, quiet, never);
  return { takenOut, ended: time.now() };
};

test('one without connections is left to balancers for the lag, in drain and when it is taken out', async () => {
  expect(await leave({ graceMs: 60_000, lagMs: 3000 }, () => 0)).toEqual({ takenOut: 3000, ended: 6000 });
});

test('a balancer that is later than the lag is seen by its clients', async () => {
  const late = (now: number): number => (now >= 3500 && now < 20_000 ? 1 : 0);
  expect(await leave({ graceMs: 60_000, lagMs: 3000 }, late)).toEqual({ takenOut: 3000, ended: 20_000 });
});

test('clients that stay have the grace, and after it balancers have the lag', async () => {
  expect(await leave({ graceMs: 10_000, lagMs: 3000 }, () => 1)).toEqual({ takenOut: 10_000, ended: 13_000 });
  const after = (now: number): number => (now > 3000 ? 1 : 0);
  expect(await leave({ graceMs: 10_000, lagMs: 3000 }, after)).toEqual({ takenOut: 3000, ended: 10_000 });
});

test('a list that is silent takes no more than the grace, and a moment', async () => {
  const silent = () => new Promise<boolean>(() => {});
  expect(await leave({ graceMs: 10_000, lagMs: 3000 }, () => 0, silent)).toEqual({
    takenOut: 10_001,
    ended: 15_001,
  });
});
