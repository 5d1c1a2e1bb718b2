import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { readFrom } from '../../src/platform/read-from.ts';

let log = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-read-'));
  log = join(folder, 'error.log');
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

test('what was written since is read', async () => {
  writeFileSync(log, 'old\n');
  const { text, size } = await readFrom(log, 0);
  expect({ text, size }).toEqual({ text: 'old\n', size: 4 });
  appendFileSync(log, 'new: é\n');
  expect(await readFrom(log, size)).toEqual({ text: 'new: é\n', size: 12 });
  expect(await readFrom(log, 12)).toEqual({ text: '', size: 12 });
});

test('a log that was rotated or emptied is read from its start', async () => {
  writeFileSync(log, 'a long line that was there before\n');
  const { size } = await readFrom(log, 0);
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'new\n');
  expect(await readFrom(log, size)).toEqual({ text: 'new\n', size: 4 });
  truncateSync(log);
  expect(await readFrom(log, size)).toEqual({ text: '', size: 0 });
});

test('to learn its size alone, nothing is read', async () => {
  writeFileSync(log, 'old\n');
  const { size } = await readFrom(log, Number.MAX_SAFE_INTEGER);
  expect(size).toBe(4);
});

test('a file that is not there, or a folder, has nothing', async () => {
  expect(await readFrom(log, 5)).toEqual({ text: '', size: 0 });
  mkdirSync(log);
  expect((await readFrom(log, 0)).text).toBe('');
});

test('of very much, the first megabyte is read', async () => {
  writeFileSync(log, 'x'.repeat(1_500_000));
  const { text, size } = await readFrom(log, 100);
  expect([text.length, size]).toEqual([1_000_000, 1_500_000]);
});
