import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceFile } from '../../src/platform/replace-file.ts';
import { canMount, mount } from '../support/faults.ts';

const line = (word: string, bytes: number): string => `${word.padEnd(63, '.')}\n`.repeat(bytes / 64);

test.skipIf(!canMount)(
  'a file that is a mount of its own keeps its text where the disk is full',
  async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-full-'));
    const disk = join(folder, 'disk');
    const file = join(folder, 'proxy.conf');
    await mkdir(disk);
    const small = mount(disk, '-t', 'tmpfs', '-o', 'size=64k', 'none');
    const old = line('old', 16_384);
    await writeFile(join(disk, 'proxy.conf'), old);
    await writeFile(file, '');
    const own = mount(file, '--bind', join(disk, 'proxy.conf'));
    onTestFinished(async () => {
      own.end();
      small.end();
      await rm(folder, { recursive: true });
    });
    await appendFile(join(disk, 'filler'), Buffer.alloc(1_000_000)).catch(() => {});

    await expect(replaceFile(file, line('new', 32_768))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readFile(file, 'utf8')).toBe(old);
    const same = line('new', 16_384); // which needs no more room
    await replaceFile(file, same);
    expect(await readFile(file, 'utf8')).toBe(same);
    await rm(join(disk, 'filler'));
    for (const bytes of [32_768, 64, 0, 16_384]) {
      await replaceFile(file, line('last', bytes));
      expect(await readFile(file, 'utf8')).toBe(line('last', bytes));
    }
    expect(await readdir(folder)).toEqual(['disk', 'proxy.conf']); // nothing else is left
  },
);
