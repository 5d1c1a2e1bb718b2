import type { Platform } from './platform.ts';

/** The world with its processes, sockets and clock, for commands that deal with a running proxy. */
export interface System extends Platform {
  /** Milliseconds of a clock that never jumps; only differences mean something. */
  now(): number;
  /** Resolves after some milliseconds; rejects with the signal's reason when that comes first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs a program without a shell until it ends, or is killed after the time; never rejects for what the program does. */
  run(command: readonly string[], timeoutMs: number): Promise<Ran>;
  /** Sends a signal; throws the system's error, ESRCH where there is no such process. Signal 0 only looks. */
  kill(pid: number, signal: NodeJS.Signals | 0): void;
  /** Writes a text to a Unix socket and reads until the other side closes; rejects with the system's error or a timeout. */
  ask(socket: string, text: string, timeoutMs: number): Promise<string>;
  /** The running processes that a process started; empty where the system can't tell. */
  children(pid: number): Promise<readonly Process[]>;
  /** Creates a folder and those above it; nothing where it is there. Rejects with the system's error. */
  makeFolder(folder: string): Promise<void>;
  /** Creates a file with a text; rejects with EEXIST where it is there. */
  createFile(file: string, text: string): Promise<void>;
  /** Removes a file; nothing where there is none. */
  removeFile(file: string): Promise<void>;
}

/** How a program ended. */
export interface Ran {
  /** null where a signal ended it, or it could not be started. */
  readonly exitCode: number | null;
  /** stdout and stderr, as they came. */
  readonly output: string;
  /** Why it could not be started (`ENOENT`), or `timeout`; null otherwise. */
  readonly failed: string | null;
}

export interface Process {
  readonly pid: number;
  /** What it calls itself, as `nginx: worker process`. */
  readonly title: string;
}
