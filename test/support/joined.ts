import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { freePorts } from './free-port.ts';

const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
export const METEOR_NODE = fileURLToPath(new URL('meteor-node.mjs', import.meta.url));

/** A running `meteor-lb join`; it and its workers end with the test. */
export interface Joined {
  readonly pid: number;
  said(): string;
  /** Waits until it has said something. */
  says(pattern: RegExp, withinMs?: number): Promise<void>;
  /** Processes that it started, the oldest first. */
  workers(): Promise<readonly number[]>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** A folder that goes with the test. */
export const testFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-join-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** The first of so many free ports in a row. */
export const freeRow = async (count: number): Promise<number> => {
  for (;;) {
    const ports = await freePorts(count);
    const [first = 0] = ports;
    if (ports.every((port, index) => port === first + index)) return first;
  }
};

export const startJoin = (
  folder: string,
  args: readonly string[],
  command: readonly string[] = [execPath, METEOR_NODE],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): Joined => {
  const [program = '', ...rest] = [...within, execPath, BIN, 'join', ...args, '--', ...command];
  const child = spawn(program, rest, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'], // workers end with their stdin, however the test ends
  });
  let said = '';
  const hearers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      for (const hear of hearers) hear();
    });
  }
  const ended = endOf(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    child.stdin.destroy();
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    said: () => said,
    says: (pattern, withinMs = 25_000) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => reject(new Error(`it did not say ${pattern} ${why}:\n${said}`));
        const timer = setTimeout(() => fail('in time'), withinMs);
        const hear = (): void => {
          if (!pattern.test(said)) return;
          clearTimeout(timer);
          hearers.delete(hear);
          resolve();
        };
        void ended.then(() => fail('before it ended'));
        hearers.add(hear);
        hear();
      }),
    workers: async () => (await nodeSystem.children(child.pid ?? 0)).map(({ pid }) => pid),
    kill: (signal) => void child.kill(signal),
    ended,
  };
};

const endOf = async (child: ChildProcess): Promise<number | NodeJS.Signals> => {
  const [code, signal] = await once(child, 'close');
  return code ?? signal;
};
