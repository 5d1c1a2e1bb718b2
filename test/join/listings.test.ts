import { expect, onTestFinished, test } from 'vitest';
import { createListings } from '../../src/join/listings.ts';
import type { Place } from '../../src/join/place.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { createDeferred } from '../../src/watch/time/deferred.ts';
import { until } from '../support/until.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A place whose next answer can be held back, or lost after it was done. */
const faultyPlace = () => {
  const there = new Map<string, string>();
  const asked: string[] = [];
  let fault: (() => Promise<void>) | null = null;
  const write = async (what: string, act: () => void): Promise<void> => {
    asked.push(what);
    act();
    const own = fault;
    fault = null;
    await own?.();
  };
  const place: Place = {
    name: 'place',
    beatMs: 60_000,
    remains: 'it stays',
    put: (id, text) => write(`put ${id} ${text}`, () => there.set(id, text)),
    remove: (id) => write(`remove ${id}`, () => there.delete(id)),
    keep: async (ids) => new Map(ids.map((id) => [id, there.get(id) ?? null])),
    close: async () => {},
  };
  const listings = createListings(place, nodeSystem, quiet);
  onTestFinished(() => listings.close());
  return {
    listings,
    there,
    asked,
    next: (how: () => Promise<void>) => {
      fault = how;
    },
  };
};

test('what is wanted of a node while a write goes on is the last of it alone', async () => {
  const { listings, asked, next } = faultyPlace();
  const held = createDeferred<void>();
  next(() => held.promise);
  const wishes = ['1', '2', '3', '4'].map((text) => listings.set('a', text));
  const other = listings.set('b', '1');
  held.resolve();
  expect(await Promise.all(wishes)).toEqual([false, false, false, true]);
  expect(await other).toBe(true);
  expect(asked).toEqual(['put a 1', 'put b 1', 'put a 4']);
});

test('a node whose listing was done but not answered is taken out', async () => {
  const { listings, there, asked, next } = faultyPlace();
  await listings.set('a', null);
  next(async () => {
    throw Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  });
  void listings.set('a', '1');
  await until(async () => asked.includes('put a 1'));
  expect(await listings.set('a', null)).toBe(true);
  expect([...there]).toEqual([]);
});

test('a write that failed is tried again', async () => {
  const { listings, there, next } = faultyPlace();
  next(async () => {
    throw Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  });
  expect(await listings.set('a', '1')).toBe(true);
  expect([...there]).toEqual([['a', '1']]);
});
