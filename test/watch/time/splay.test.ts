import { beforeEach, expect, test } from 'vitest';
import { createSplay, type Splay } from '../../../src/watch/time/splay.ts';
import { type FakeClock, fakeClock } from '../fake-clock.ts';

let clock: FakeClock;
let random: number;
let splay: Splay;
beforeEach(() => {
  clock = fakeClock();
  random = 0.25;
  splay = createSplay({ ...clock, random: () => random });
});

test('a reload waits a part of the time, and those that are due meanwhile go with it', async () => {
  splay.changed();
  expect(splay.waitMs(4000)).toBe(1000);
  await clock.pass(400);
  splay.changed();
  expect(splay.waitMs(4000)).toBe(600);
  await clock.pass(600);
  expect(splay.waitMs(4000)).toBe(0);
  expect(splay.waitMs(4000)).toBe(0); // another proxy of the same run
});

test('the next change has a moment of its own', () => {
  splay.changed();
  expect(splay.waitMs(4000)).toBe(1000);
  splay.begin()();
  splay.changed();
  random = 0.5;
  expect(splay.waitMs(4000)).toBe(2000);
});

test('a change while a run goes on is of the next one', () => {
  splay.changed();
  const done = splay.begin();
  splay.waitMs(4000);
  splay.changed();
  random = 0.5;
  done();
  expect(splay.waitMs(4000)).toBe(2000);
});

test('what others do not see waits for nothing, nor does anything without a time', () => {
  expect(splay.waitMs(4000)).toBe(0);
  splay.changed();
  expect(splay.waitMs(0)).toBe(0);
  splay.begin()();
  expect(splay.waitMs(4000)).toBe(0);
});

test('a time that was made shorter counts at once', () => {
  splay.changed();
  splay.waitMs(4000);
  expect(splay.waitMs(100)).toBe(100);
});
