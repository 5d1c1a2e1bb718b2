import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolderWatches, type FolderWatches } from '../../../src/watch/files/folder-watches.ts';

let folder = '';
let watches: FolderWatches;
let hear: (entry: string | null) => void = () => {};

beforeEach(() => {
  folder = join(mkdtempSync(join(realpathSync(tmpdir()), 'folder-watches-')), 'a~');
  mkdirSync(folder);
  watches = createFolderWatches(
    (_, entry) => hear(entry),
    (error) => expect.fail(String(error)),
  );
});

afterEach(async () => {
  await watches.close();
  rmSync(join(folder, '..'), { recursive: true });
});

const nextEvent = (): Promise<string | null> =>
  new Promise((resolve) => {
    hear = resolve;
  });

const write = (name: string): Promise<string | null> => {
  const event = nextEvent();
  writeFileSync(join(folder, name), 'x');
  return event;
};

test('a folder is new once, then known', async () => {
  expect(await watches.set(new Set([folder]))).toBe(true);
  expect(await watches.set(new Set([folder]))).toBe(false);
  expect(await write('file')).toBe('file');
});

test('a folder that was exchanged unseen is watched as the new one', async () => {
  await watches.set(new Set([folder]));
  renameSync(folder, `${folder}-old`);
  mkdirSync(folder);
  expect(await watches.set(new Set([folder]))).toBe(true);
  hear = () => {};
  expect(await write('file')).toBe('file');
});

test('a folder that was dropped is new again, and so are those below', async () => {
  const below = join(folder, 'below');
  mkdirSync(below);
  await watches.set(new Set([folder, below]));
  watches.drop(below);
  expect(await watches.set(new Set([folder]))).toBe(false);
  await watches.set(new Set([folder, below]));
  watches.drop(folder);
  expect(await watches.set(new Set([below]))).toBe(true);
});

test('a folder that is not there hinders nothing', async () => {
  const missing = join(folder, 'missing');
  await watches.set(new Set([missing, folder]));
  mkdirSync(missing);
  expect(await watches.set(new Set([missing, folder]))).toBe(true);
});
