import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { execPath, pid } from 'node:process';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { takeLock } from '../../src/platform/lock.ts';
import type { HeldBy, Lock } from '../../src/platform/system.ts';

const MODULE = new URL('../../dist/platform/lock.js', import.meta.url).href;

/** Another process that takes a lock, says what came of it, and goes on. */
const holder = async (name: string) => {
  const code = `
    const { takeLock } = await import(${JSON.stringify(MODULE)});
    const lock = await takeLock(${JSON.stringify(name)});
    console.log('heldBy' in lock ? lock.heldBy : 'taken');
    process.stdin.resume();`;
  const child = spawn(execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    said,
    pid: child.pid,
    end: async (signal: NodeJS.Signals) => {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
};

const take = async (name: string): Promise<Lock> => {
  const lock = await takeLock(name);
  if ('heldBy' in lock) throw new Error(`held by ${lock.heldBy}`);
  onTestFinished(() => lock.release());
  return lock;
};

test('two processes do not have a lock at a time, and each is told the pid of the other', async () => {
  const name = `/etc/${randomUUID()}/nginx.conf`;
  const other = await holder(name);
  expect(other.said).toBe('taken');
  expect(await takeLock(name)).toEqual({ heldBy: other.pid });

  const mine = `${name}.mine`;
  await take(mine);
  expect((await holder(mine)).said).toBe(String(pid));
});

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'it is free at once when its holder ends by %s',
  async (signal) => {
    const name = randomUUID();
    const other = await holder(name);
    await other.end(signal);
    await take(name);
  },
);

test('it is free after it was released, and a name is no other name', async () => {
  const name = randomUUID();
  const lock = await take(name);
  await take(`${name}x`);
  await lock.release();
  await take(name);
});

test('of many who want it at once, one gets it', async () => {
  const name = randomUUID();
  const locks: readonly (Lock | HeldBy)[] = await Promise.all(
    Array.from({ length: 20 }, () => takeLock(name)),
  );
  const taken = locks.filter((lock) => 'release' in lock);
  expect(taken).toHaveLength(1);
  expect(locks.filter((lock) => 'heldBy' in lock && lock.heldBy === pid)).toHaveLength(19);
  for (const lock of taken) await lock.release();
});

test('a holder that says nothing has it all the same', async () => {
  const name = randomUUID();
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
  const mute = createServer(() => {}).listen(`\0meteor-lb-${id}`);
  onTestFinished(() => void mute.close());
  await once(mute, 'listening');
  expect(await takeLock(name)).toEqual({ heldBy: 0 });
});
