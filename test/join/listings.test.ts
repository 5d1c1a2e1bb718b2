import { expect, onTestFinished, test } from 'vitest';
import { createListings } from '../../src/join/listings.ts';
import type { Place } from '../../src/join/place.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { createDeferred } from '../../src/watch/time/deferred.ts';
import { until } from '../support/until.ts';

/** A place whose next answer can be held back, or lost after it was done. */
const faultyPlace = (beatMs = 60_000) => {
  const there = new Map<string, string>();
  const asked: string[] = [];
  let fault: (() => Promise<void>) | null = null;
  const refused = new Set<string>();
  const write = async (what: string, act: () => void): Promise<string | null> => {
    asked.push(what);
    if ([...refused].some((id) => what.includes(` ${id}`))) return 'it is held';
    act();
    const own = fault;
    fault = null;
    await own?.();
    return null;
  };
  const place: Place = {
    name: 'place',
    beatMs,
    remains: 'it stays',
    put: (id, text) => write(`put ${id} ${text}`, () => there.set(id, text)),
    remove: (id) => write(`remove ${id}`, () => there.delete(id)),
    keep: async (ids) => new Map(ids.map((id) => [id, there.get(id) ?? null])),
    tidy: async () => [],
    close: async () => {},
  };
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const log = { debug: say, info: say, warn: say, error: say };
  const listings = createListings(place, nodeSystem, log);
  onTestFinished(() => listings.close());
  return {
    listings,
    there,
    asked,
    refused,
    said,
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

test('one that can not be listed is told once, holds up no other, and is tried with each beat', async () => {
  const { listings, there, refused, said, asked } = faultyPlace(20);
  refused.add('a');
  const first = listings.set('a', '1');
  expect(await listings.set('b', '1')).toBe(true);
  await until(async () => asked.filter((what) => what === 'put a 1').length > 2);
  expect([...there]).toEqual([['b', '1']]);
  expect(said).toEqual(['a can not be listed: it is held']);
  refused.clear();
  expect(await first).toBe(true);
});

test('one that is not there any more is told when it is listed again, or why it can not be', async () => {
  const { listings, there, refused, said } = faultyPlace(20);
  await listings.set('a', '1');
  refused.add('a');
  there.delete('a');
  await until(async () => said.length > 0);
  expect(said).toEqual(['a can not be listed: it is held']);
  refused.clear();
  await until(async () => there.has('a') && said.length > 1);
  expect(said.slice(1)).toEqual(['a was not listed any more as it was put: it is listed again']);
});
