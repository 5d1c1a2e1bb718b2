import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Readiness } from '../../src/watch/status/status-model.ts';
import { freePorts } from './free-port.ts';
import type { InstalledProxy } from './proxies.ts';
import { type RunningCli, runningCli } from './running-cli.ts';

/** The built command line, as people run it; `npm test` builds it first. */
const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

/** A node as an inventory lists it. */
export interface ListedNode {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly [key: string]: unknown;
}

/** A description with a list of nodes, a proxy that was started with what was rendered for it, and meteor-lb on top. */
export interface KeptProxy {
  readonly folder: string;
  readonly port: number;
  readonly output: string;
  /** What is served or refused: the file of the output. */
  text(): string;
  /** Writes the list of nodes anew, as a whole. */
  list(nodes: readonly ListedNode[]): Promise<void>;
  /** Writes the description anew; the parts are those of the top level. */
  describe(parts: object): Promise<void>;
  /** Runs a command until it ends. */
  run(
    ...args: readonly string[]
  ): Promise<{ readonly exitCode: number | NodeJS.Signals; readonly stderr: string }>;
  /** Starts a command that goes on; it is killed at the end of the test at the latest. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): RunningCli;
  /** The proxy's own process; null while it does not run. */
  readonly proxyPid: number | null;
  startProxy(): Promise<void>;
  stopProxy(signal?: NodeJS.Signals): Promise<void>;
  /** What the proxy logged so far. */
  proxyLog(): string;
  stop(): Promise<void>;
}

interface Setup {
  readonly proxy: InstalledProxy;
  readonly nodes: readonly ListedNode[];
  /** Parts of the description's top level. */
  readonly parts?: object;
  /** More of the app `todos`. */
  readonly app?: object;
}

/** Writes a description and a list of nodes into a folder of their own; nothing is published, no proxy started. */
export const keepProxy = async ({ proxy, nodes, parts = {}, app = {} }: Setup): Promise<KeptProxy> => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-kept-'));
  const [port = 0] = await freePorts(1);
  const output = join(folder, proxy.proxy === 'nginx' ? 'nginx.conf' : 'haproxy.cfg');
  const children = new Set<ChildProcess>();
  let running: ChildProcess | null = null;
  let log = '';

  const describe = async (more: object): Promise<void> => {
    const whole = { ...base({ proxy, folder, port, output, app }), ...parts, ...more };
    await replace(join(folder, 'cluster.yaml'), stringify(whole));
  };
  const list = (entries: readonly ListedNode[]): Promise<void> =>
    replace(join(folder, 'nodes.yaml'), stringify(entries));
  const start: KeptProxy['start'] = (args, env = {}) => {
    const child = spawn(execPath, [BIN, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    return runningCli(child);
  };

  await describe({});
  await list(nodes);
  return {
    folder,
    port,
    output,
    text: () => readFileSync(output, 'utf8'),
    list,
    describe,
    run: async (...args) => {
      const cli = start(args);
      const exitCode = await cli.ended;
      return { exitCode, stderr: cli.said() };
    },
    start,
    get proxyPid() {
      return running?.pid ?? null;
    },
    startProxy: async () => {
      const child = spawn(proxy.binary, proxyArguments(proxy, folder, output), {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running = child;
      child.once('exit', () => {
        if (running === child) running = null;
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          log += chunk.toString();
        });
      }
      await accepting(child, port, () => log);
    },
    stopProxy: async (signal = 'SIGTERM') => {
      if (running !== null) await end(running, signal);
    },
    proxyLog: () => log + readNginxLog(folder),
    stop: async () => {
      await Promise.all([...children].map((child) => end(child, 'SIGKILL')));
      if (running !== null) await end(running, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** The same, published and served. */
export const serveKeptProxy = async (setup: Setup): Promise<KeptProxy> => {
  const kept = await keepProxy(setup);
  try {
    const { exitCode, stderr } = await kept.run('apply');
    if (exitCode !== 7 || !stderr.includes('is up to date'))
      throw new Error(`apply ended with ${exitCode}: ${stderr}`);
    await kept.startProxy();
    return kept;
  } catch (error) {
    await kept.stop();
    throw error;
  }
};

/** Asks a watch with `--status` whether it is ready. */
export const askReadiness = async (port: number): Promise<Readiness['body']> => {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  return (await answer.json()) as Readiness['body'];
};

const base = ({
  proxy,
  folder,
  port,
  output,
  app,
}: Pick<Setup, 'proxy' | 'app'> & { folder: string; port: number; output: string }): object => ({
  runtimeDir: folder,
  stateDir: join(folder, 'state'),
  listen: [{ address: '127.0.0.1', port }],
  apps: { todos: { inventory: [{ file: 'nodes.yaml' }], ...app } },
  [proxy.proxy]: {
    version: proxy.version,
    output,
    binary: proxy.binary,
    ...(proxy.proxy === 'nginx' && process.getuid?.() === 0 ? { user: 'root' } : {}), // its workers would not get into the folder
    ...(proxy.modules === null ? {} : { modules: [join(proxy.modules, 'ngx_stream_module.so')] }),
  },
});

const proxyArguments = ({ proxy }: InstalledProxy, folder: string, output: string): readonly string[] =>
  proxy === 'nginx'
    ? ['-e', 'stderr', '-p', folder, '-c', output, '-g', 'daemon off;']
    : ['-W', '-S', join(folder, 'haproxy-master.sock'), '-f', output];

const readNginxLog = (folder: string): string => {
  try {
    return readFileSync(join(folder, 'nginx-error.log'), 'utf8');
  } catch {
    return '';
  }
};

const replace = async (file: string, text: string): Promise<void> => {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
};

/** There is no event for a port that opens. */
const accepting = async (child: ChildProcess, port: number, log: () => string): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline)
      throw new Error(`the proxy does not listen on ${port}:\n${log()}`);
    await pause(10);
  }
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
};
