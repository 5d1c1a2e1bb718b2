import { expect, test } from 'vitest';
import { createSplay } from '../../src/watch/splay.ts';
import { fakeClock } from './fake-clock.ts';

const set = (longestMs: number) => {
  const clock = fakeClock();
  const passed: number[] = [];
  const splay = createSplay(
    () => passed.push(clock.now()),
    () => longestMs,
    { ...clock, random: () => 0.25 },
  );
  return { clock, passed, splay, start: clock.now() };
};

test('changes wait a part of the time, and go together', async () => {
  const { clock, passed, splay, start } = set(4000);
  splay.notify();
  await clock.pass(500);
  splay.notify();
  await clock.pass(5000);
  expect(passed).toEqual([start + 1000]);
  splay.notify();
  await clock.pass(5000);
  expect(passed).toEqual([start + 1000, start + 6500]);
});

test('without a time nothing waits', () => {
  const { passed, splay, start } = set(0);
  splay.notify();
  expect(passed).toEqual([start]);
});

test('what waits is dropped at the end', async () => {
  const { clock, passed, splay } = set(4000);
  splay.notify();
  splay.stop();
  await clock.pass(5000);
  expect(passed).toEqual([]);
});
