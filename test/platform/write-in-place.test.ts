import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { LbError } from '../../src/diagnostics/lb-error.ts';
import { writeInPlace } from '../../src/platform/write-in-place.ts';

/**
 * A file system that writes nothing where it was before, and is full after some writes: every file of this process is on it,
 * until the test is over.
 */
const fullAfter = async (file: string, writes: number, times: number): Promise<() => void> => {
  const handle = await open(file);
  const real = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const write = real.write as (...args: unknown[]) => Promise<unknown>;
  let done = 0;
  const spy = vi.spyOn(real, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    done++;
    const isFull = done > writes && done <= writes + times;
    if (isFull) return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    return write.apply(this, args) as never;
  });
  return () => spy.mockRestore();
};

const fileOf = async (text: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-in-place-'));
  const file = join(folder, 'proxy.conf');
  await writeFile(file, text);
  return file;
};

test('where room is there and the write fails all the same, the old text is put back', async ({
  onTestFinished,
}) => {
  const file = await fileOf('old\n');
  onTestFinished(() => rm(file));
  onTestFinished(await fullAfter(file, 1, 1)); // room can be made, the text can not be written
  await expect(writeInPlace(file, 'new and longer\n')).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(await readFile(file, 'utf8')).toBe('old\n');
});

test('where the old text can not be put back either, the file is said to be damaged, and where the good one is', async ({
  onTestFinished,
}) => {
  const file = await fileOf('old\n');
  onTestFinished(() => rm(file));
  onTestFinished(await fullAfter(file, 1, 2));
  const failed: unknown = await writeInPlace(file, 'new and longer\n').catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(LbError);
  expect(failed).toMatchObject({
    failure: 'apply',
    message: `${file} is damaged: it could not be written (no space left on the device), nor its old text be put back (no space left on the device)`,
    hint: expect.stringContaining('do not restart the proxy'),
  });
});
