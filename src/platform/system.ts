import type { Captured, CaptureLimits } from './capture.ts';
import type { WebAnswer, WebLimits } from './fetch-web.ts';
import type { Identity } from './identity.ts';
import type { DnsQuestion, DnsRecord } from './look-up.ts';
import type { WebRequest } from './open-web.ts';
import type { Platform } from './platform.ts';

/** The world with its processes, sockets and clock, for commands that deal with a running proxy. */
export interface System extends Platform {
  /** Milliseconds of a clock that never jumps; only differences mean something. */
  now(): number;
  /** Resolves after some milliseconds; rejects with the signal's reason when that comes first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** How many threads can run at one time on this machine, of those that this process may use. Quotas count with a later Node alone (libuv 1.49). */
  parallelism(): number;
  /** A number from 0 up to 1, drawn anew each time. */
  random(): number;
  /** Who this process is. */
  identity(): Promise<Identity>;
  /** The value of a variable of this process's environment; undefined where there is none. */
  variable(name: string): string | undefined;
  /** Runs a program without a shell until it ends, or is killed after the time; never rejects for what the program does. */
  run(command: readonly string[], timeoutMs: number): Promise<Ran>;
  /**
   * Runs a program without a shell and takes what it prints; nothing that it started is left. Never rejects for what the
   * program does.
   */
  capture(command: readonly string[], limits: CaptureLimits, signal: AbortSignal): Promise<Captured>;
  /** Starts a program as the leader of a process group of its own; it writes where this process writes. */
  start(command: readonly string[], options?: StartOptions): Promise<Child>;
  /** Path of a program that is on the PATH or in a folder for system programs; its name alone where it is in none. */
  findProgram(name: string): Promise<string>;
  /** Sends a signal, to a process group where the pid is negative; throws the system's error, ESRCH where there is no such process. Signal 0 only looks. */
  kill(pid: number, signal: NodeJS.Signals | 0): void;
  /**
   * Writes a text to a Unix socket and reads until the other side closes; rejects with the system's error or a timeout.
   * With `staysOpen` the other side is not told that no more will come.
   */
  ask(
    socket: string,
    text: string,
    timeoutMs: number,
    options?: { readonly staysOpen: boolean },
  ): Promise<string>;
  /** Asks an HTTP server with GET; rejects with the system's error or a timeout. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Milliseconds since a file was written last, by the machine's clock; rejects with the system's error. */
  ageOf(file: string): Promise<number>;
  /**
   * Asks a web server that has to be who it says; redirects are not followed. Rejects with the system's error or a timeout, or when the
   * signal comes.
   */
  fetch(request: WebRequest, limits: WebLimits, signal: AbortSignal): Promise<WebAnswer>;
  /**
   * Asks a web server that answers line by line for as long as it likes; resolves when it ends or the time is over. Rejects as `fetch`
   * does.
   */
  stream(
    request: WebRequest,
    timeoutMs: number,
    signal: AbortSignal,
    onLine: (line: string) => void,
  ): Promise<void>;
  /** Asks a DNS server; rejects with the code of the failure, or when the signal comes. */
  lookUp(question: DnsQuestion, signal: AbortSignal): Promise<readonly DnsRecord[]>;
  /** What was written to a file after its first `offset` bytes, and how long it is now; nothing where it can't be read. */
  readFrom(file: string, offset: number): Promise<Tail>;
  /**
   * Takes a lock on a name, which ends with this process at the latest, however it ends. While another process has it:
   * that process's pid, 0 where it does not say.
   */
  lock(name: string): Promise<Lock | HeldBy>;
  /** The running processes that a process started; empty where the system can't tell. */
  children(pid: number): Promise<readonly Process[]>;
  /** Whether another process listens where one is to listen; false where that can't be told. */
  isTaken(host: string, port: number): Promise<boolean>;
  /** How many TCP connections of this machine lead to an address; null where the system can't tell. */
  connectionsTo(host: string, port: number): Promise<number | null>;
  /** How many TCP connections an address of this machine has, wherever they come from; null where the system can't tell. */
  connectionsAt(host: string, port: number): Promise<number | null>;
  /** Creates a folder and those above it; nothing where it is there. Rejects with the system's error. */
  makeFolder(folder: string): Promise<void>;
  /** Creates a file with a text; rejects with EEXIST where it is there. */
  createFile(file: string, text: string): Promise<void>;
  /** Says that a file is as new as if it were written now; rejects with ENOENT where there is none. */
  touch(file: string): Promise<void>;
}

interface StartOptions {
  /** All of its environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Reads where this process reads. Default: it has nothing to read. */
  readonly readsInput?: boolean;
}

/** A program that was started. */
export interface Child {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** How it ended, in words: `exit code 1`, `SIGKILL`, `ENOENT`. Never rejects. */
  readonly ended: Promise<string>;
}

export interface HttpRequest {
  readonly to: { readonly host: string; readonly port: number } | { readonly socket: string };
  /** Speaks TLS, asks for this name, and takes any certificate. */
  readonly tls?: string | undefined;
  /** Bytes before everything else, such as a PROXY protocol header. */
  readonly preamble?: string | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** The first 64 KB. */
  readonly body: string;
}

export interface Tail {
  readonly text: string;
  readonly size: number;
}

export interface Lock {
  release(): Promise<void>;
}

export interface HeldBy {
  readonly heldBy: number;
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
