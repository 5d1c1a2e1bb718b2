import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { renderFile } from '../../src/commands/render.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { certificate } from './certificate.ts';
import type { MeteorNode } from './cluster.ts';
import type { InstalledProxy } from './proxies.ts';

/** A real proxy with a rendered configuration, before real nodes. */
export interface RunningProxy {
  readonly port: number;
  readonly folder: string;
  /** What it logged so far. */
  log(): Promise<string>;
  /** Stops it at once; its folder goes too. */
  stop(): Promise<void>;
  /** Writes another description's configuration and has it reloaded; the new workers may take a moment. */
  reload(app: object): Promise<void>;
  /** Starts it anew with another description on the same port; open connections are cut. */
  restart(app: object, rest?: object): Promise<void>;
}

interface Setup {
  readonly proxy: InstalledProxy;
  readonly port: number;
  /** The app `todos` of the description; `nodesOf` gives its nodes. */
  readonly app: object;
  /** More of the description. */
  readonly rest?: object;
  readonly tls?: boolean;
}

/** Nodes as a description lists them. */
export const nodesOf = (nodes: readonly MeteorNode[]): object[] =>
  nodes.map(({ id, host, port, socket }) => (socket === null ? { id, host, port } : { id, socket }));

/** Renders a description for the proxy's own version, starts the proxy and waits until it listens. */
export const startProxy = async (setup: Setup): Promise<RunningProxy> => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-run-'));
  const output: string[] = [];
  let child = await launch(setup, folder, output);
  return {
    port: setup.port,
    folder,
    log: async () => {
      const files = ['nginx-access.log', 'nginx-error.log'].map((name) =>
        readFile(join(folder, name), 'utf8').catch(() => ''),
      );
      return [...output, ...(await Promise.all(files))].join('');
    },
    stop: async () => {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
    reload: async (app) => {
      await writeConfig({ ...setup, app }, folder);
      child.kill(setup.proxy.proxy === 'nginx' ? 'SIGHUP' : 'SIGUSR2');
    },
    restart: async (app, rest) => {
      await stop(child);
      child = await launch({ ...setup, app, ...(rest ? { rest } : {}) }, folder, output);
    },
  };
};

const launch = async (setup: Setup, folder: string, output: string[]): Promise<ChildProcess> => {
  const { proxy } = setup;
  const config = await writeConfig(setup, folder);
  const args =
    proxy.proxy === 'nginx'
      ? ['-e', 'stderr', '-p', folder, '-c', config, '-g', 'daemon off;']
      : ['-W', '-f', config];
  const child = spawn(proxy.binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (chunk: Buffer) => void output.push(chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  // All of them: a proxy opens one after another.
  for (const { address, port } of description(setup, folder).listen) {
    await listening(child, { host: address ?? '127.0.0.1', port }, () => output.join(''));
  }
  return child;
};

/** Renders the description for the proxy's own version; the file. */
const writeConfig = async (setup: Setup, folder: string): Promise<string> => {
  const { proxy } = setup;
  const config = join(folder, 'config');
  await writeFile(join(folder, 'certificate.pem'), certificate);
  await writeFile(join(folder, 'cluster.yaml'), stringify(description(setup, folder)));
  const { text } = await renderFile(
    { cluster: join(folder, 'cluster.yaml'), target: proxy.proxy, proxyVersion: proxy.version },
    nodeSystem,
  );
  await writeFile(config, text);
  return config;
};

interface Written {
  readonly [key: string]: unknown;
  readonly listen: readonly { readonly address?: string; readonly port: number }[];
}

const description = ({ app, rest, port, tls, proxy }: Setup, folder: string): Written => ({
  runtimeDir: folder,
  listen: [
    {
      address: '127.0.0.1',
      port,
      ...(tls ? { tls: { certificate: join(folder, 'certificate.pem') } } : {}),
    },
  ],
  apps: { todos: app },
  nginx: {
    ...(proxy.modules === null ? {} : { modules: [join(proxy.modules, 'ngx_stream_module.so')] }),
    ...(process.getuid?.() === 0 ? { user: 'root' } : {}), // its workers would not get into the folder
  },
  ...rest,
});

/** There is no event for a port that opens: it is tried until it does, or the proxy ends, or ten seconds are over. */
const listening = async (
  child: ChildProcess,
  at: { readonly host: string; readonly port: number },
  log: () => string,
): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await accepts(at))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the proxy does not listen on ${at.host}:${at.port}:\n${log()}`);
    }
    await pause(10);
  }
};

const accepts = (at: { readonly host: string; readonly port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(at);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
};
