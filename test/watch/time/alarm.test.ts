import { expect, test } from 'vitest';
import { createAlarm } from '../../../src/watch/time/alarm.ts';
import { fakeClock } from '../fake-clock.ts';

const set = () => {
  const clock = fakeClock();
  const rings: number[] = [];
  return { clock, rings, alarm: createAlarm(() => void rings.push(clock.now()), clock) };
};

test('it rings once, at its time', async () => {
  const { clock, rings, alarm } = set();
  alarm.set(100);
  await clock.pass(99);
  expect(rings).toEqual([]);
  await clock.pass(1000);
  expect(rings).toEqual([100]);
});

test('set anew, sooner or later, it rings at the new time alone', async () => {
  const { clock, rings, alarm } = set();
  alarm.set(100);
  alarm.set(50);
  await clock.pass(60);
  alarm.set(10);
  alarm.set(500);
  await clock.pass(1000);
  expect(rings).toEqual([50, 560]);
});

test('taken back, it does not ring; it can be set again, also while it rings', async () => {
  const { clock, rings, alarm } = set();
  alarm.set(100);
  alarm.set(null);
  await clock.pass(1000);
  expect(rings).toEqual([]);
  alarm.set(0);
  await clock.pass(0);
  expect(rings).toEqual([1000]);
  const again = createAlarm(() => {
    rings.push(clock.now());
    if (rings.length < 4) again.set(10);
  }, clock);
  again.set(10);
  await clock.pass(1000);
  expect(rings).toEqual([1000, 1010, 1020, 1030]);
});
