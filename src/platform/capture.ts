import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { kill } from 'node:process';
import type { Readable } from 'node:stream';

/** What a program printed. */
export interface Captured {
  readonly stdout: string;
  /** The end of what it said on stderr. */
  readonly stderr: string;
  /** null where it ended with exit code 0; otherwise why that is not so: `exit code 1`, `SIGKILL`, `ENOENT`, `timeout`, `too much`. */
  readonly failed: string | null;
}

export interface CaptureLimits {
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Of stdout; more than this ends the program. */
  readonly maxBytes: number;
}

const MOST_TALK = 4096;

/**
 * Runs a program without a shell, in a process group of its own, and takes what it prints. The whole group is killed as soon as
 * the program has ended, its time is over, it prints too much, or the signal comes: nothing that it started is left. Never rejects
 * for what the program does.
 */
export const capture = (
  [program = '', ...args]: readonly string[],
  { cwd, timeoutMs, maxBytes }: CaptureLimits,
  signal: AbortSignal,
): Promise<Captured> =>
  new Promise((resolve) => {
    let child: ChildProcessByStdio<null, Readable, Readable>;
    try {
      child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      resolve({ stdout: '', stderr: '', failed: codeOf(error) }); // a file that is being written, no memory
      return;
    }
    const printed: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let failed: string | null = null;

    const end = (why: string | null): void => {
      failed ??= why;
      if (child.pid === undefined) return;
      try {
        kill(-child.pid, 'SIGKILL');
      } catch {
        // the group has ended
      }
      // One that left the group may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => end('timeout'), timeoutMs);
    const abort = (): void => end('stopped');
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();

    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) end('too much');
      else printed.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-MOST_TALK);
    });
    child.once('error', (error) => {
      failed ??= codeOf(error);
    });
    child.once('exit', (code, by) => {
      if (code !== 0) failed ??= by ?? `exit code ${code}`;
      // What it printed is in the pipe; what it left running may hold the other end.
      setImmediate(() => setTimeout(() => end(null), DRAIN_MS).unref());
    });
    child.once('close', () => {
      end(null);
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve({ stdout: Buffer.concat(printed).toString(), stderr, failed });
    });
  });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** How long the rest of what a program printed is read when it has ended but others hold its output. */
const DRAIN_MS = 200;
