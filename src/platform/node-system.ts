import { constants } from 'node:fs';
import { access, mkdir, open, readdir, readFile, stat, utimes } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { env, kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { askSocket } from './ask-socket.ts';
import { capture } from './capture.ts';
import { connectionsAt, countConnections } from './count-connections.ts';
import { fetchWeb } from './fetch-web.ts';
import { identity } from './identity.ts';
import { isTaken } from './is-taken.ts';
import { takeLock } from './lock.ts';
import { lookUp } from './look-up.ts';
import { nodePlatform } from './node.ts';
import { readFrom } from './read-from.ts';
import { requestHttp } from './request-http.ts';
import { streamWeb } from './stream-web.ts';
import type { Process, Ran, System } from './system.ts';
import { LONGEST_MS } from './timed-signal.ts';

/** The real world with its processes, through Node. */
export const nodeSystem: System = {
  ...nodePlatform,

  now: () => performance.now(),

  sleep: async (ms, signal) => {
    await pause(Math.min(ms, LONGEST_MS), undefined, signal ? { signal } : {});
  },

  parallelism: availableParallelism,

  identity,

  random: () => Math.random(),

  run: async ([program = '', ...args], timeoutMs) => {
    const { execa } = await import('execa');
    const result = await execa(program, args, {
      all: true,
      reject: false,
      stdin: 'ignore',
      timeout: timeoutMs,
      stripFinalNewline: false,
      maxBuffer: 1_000_000,
    });
    const started = result.exitCode !== undefined || result.signal !== undefined;
    const failed = result.timedOut ? 'timeout' : started ? null : (result.code ?? 'it did not start');
    return { exitCode: result.exitCode ?? null, output: result.all ?? '', failed } satisfies Ran;
  },

  capture,

  variable: (name) => env[name],

  start: async ([program = '', ...args], { env: own, readsInput = false } = {}) => {
    const { execa } = await import('execa');
    const child = execa(program, args, {
      ...(own === undefined ? {} : { env: own, extendEnv: false }),
      reject: false,
      stdin: readsInput ? 'inherit' : 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      cleanup: false,
      detached: true, // Ctrl-C is for this process alone, and what is left of the other can be ended as a whole
    });
    return {
      pid: child.pid,
      ended: child.then(({ exitCode, signal, code }) => signal ?? code ?? `exit code ${exitCode}`),
    };
  },

  findProgram: async (name) => {
    const folders = [...(env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
    for (const folder of folders.filter((one) => one !== '')) {
      const file = join(folder, name);
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return file;
    }
    return name;
  },

  kill: (pid, signal) => void kill(pid, signal),

  ask: askSocket,

  request: requestHttp,

  fetch: fetchWeb,

  stream: streamWeb,

  lookUp,

  ageOf: async (file) => Date.now() - (await stat(file)).mtimeMs,

  readFrom,

  lock: takeLock,

  children: async (pid) => {
    const pids = await candidates(pid);
    const found = await Promise.all(pids.map((name) => childOf(name, pid)));
    return found.filter((process) => process !== null);
  },

  connectionsTo: countConnections,

  connectionsAt,

  isTaken,

  makeFolder: async (folder) => void (await mkdir(folder, { recursive: true })),

  createFile: async (file, text) => {
    const handle = await open(file, 'wx', 0o644);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  },

  touch: async (file) => {
    const now = new Date();
    await utimes(file, now, now);
  },
};

/** The kernel may know them; where it does not, any process may be one. */
const candidates = async (pid: number): Promise<readonly string[]> => {
  const known = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1').catch(() => null);
  const names = known?.split(' ') ?? (await readdir('/proc').catch(() => []));
  return names.filter((name) => /^[0-9]+$/.test(name));
};

/** /proc/<pid>/stat is `pid (name) state parent …`, and the name may hold anything. */
const childOf = async (name: string, parent: number): Promise<Process | null> => {
  try {
    const stat = await readFile(`/proc/${name}/stat`, 'latin1');
    const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(ppid) !== parent || state === 'Z') return null;
    const title = (await readFile(`/proc/${name}/cmdline`, 'latin1')).replaceAll('\0', ' ').trim();
    return { pid: Number(name), title };
  } catch {
    return null; // it has ended meanwhile
  }
};
