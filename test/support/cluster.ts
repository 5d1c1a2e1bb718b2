import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-port.ts';

const PROGRAM = fileURLToPath(new URL('meteor-node.mjs', import.meta.url));
const START_TIMEOUT_MS = 10_000;

export interface NodeOptions {
  host?: string;
  /** Path prefix of ROOT_URL, such as /panel. */
  path?: string;
  version?: string;
  /** Where the node listens instead of on a port. */
  socket?: (id: string) => string;
  /** Added to the environment, such as HTTP_FORWARDED_COUNT. */
  env?: Readonly<Record<string, string>>;
}

/** One running test node; kill, stop and restart resolve when it has happened. */
export interface MeteorNode {
  readonly id: string;
  readonly host: string;
  /** 0 when the node listens on a socket. */
  readonly port: number;
  readonly socket: string | null;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<void>;
  /** Starts again on the same port, by default with the same options. */
  restart(changes?: Pick<NodeOptions, 'version' | 'env'>): Promise<void>;
}

/** Starts the named nodes, or that many named a, b, c; if one fails, none stays. */
export const startNodes = async (
  ids: readonly string[] | number,
  options: NodeOptions = {},
): Promise<MeteorNode[]> => {
  const names = typeof ids === 'number' ? Array.from({ length: ids }, (_, index) => nameOf(index)) : ids;
  const starts = await Promise.allSettled(names.map((id) => startNode(id, options)));
  const nodes = starts.filter((start) => start.status === 'fulfilled').map(({ value }) => value);
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) {
    await stopAll(nodes);
    throw failed.reason;
  }
  return nodes;
};

/** Kills every node that still runs. */
export const stopAll = async (nodes: readonly MeteorNode[]): Promise<void> => {
  await Promise.all(nodes.map((node) => node.kill()));
};

const nameOf = (index: number): string => (index < 26 ? String.fromCharCode(97 + index) : `n${index}`);

const startNode = async (id: string, options: NodeOptions): Promise<MeteorNode> => {
  const host = options.host ?? '127.0.0.1';
  const socket = options.socket?.(id) ?? null;
  let current = options;
  const [free = 0] = await freePorts(1);
  let { child, port } = await spawnNode(id, { host, socket, port: free }, current);
  return {
    id,
    host,
    port,
    socket,
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
    restart: async (changes = {}) => {
      await end(child, 'SIGKILL');
      current = { ...current, ...changes };
      ({ child, port } = await spawnNode(id, { host, socket, port }, current));
    },
  };
};

const spawnNode = async (
  id: string,
  { host, socket, port }: { host: string; socket: string | null; port: number },
  { path, version, env }: NodeOptions,
): Promise<{ child: ChildProcess; port: number }> => {
  const flags = { id, host, port: String(port), socket, path, version };
  const given = Object.entries(flags).filter(([, value]) => value !== null && value !== undefined);
  const child = spawn(process.execPath, [PROGRAM, ...given.map(([name, value]) => `--${name}=${value}`)], {
    stdio: ['pipe', 'pipe', 'pipe'], // the open stdin keeps the node alive, and only as long as we live
    env: { ...process.env, ...env },
  });
  const complaints = collect(child.stderr);
  try {
    const line = await firstLine(child);
    return { child, port: (JSON.parse(line) as { port: number | null }).port ?? 0 };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw new Error(`node ${id} ${(error as Error).message}\n${complaints()}`, { cause: error });
  }
};

const collect = (stream: Readable): (() => string) => {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-10_000);
  });
  return () => text;
};

const firstLine = (child: ChildProcess & { stdout: Readable }): Promise<string> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`did not listen within ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    );
    const settle = (action: () => void) => {
      clearTimeout(timer);
      action();
    };
    createInterface({ input: child.stdout }).once('line', (line) => settle(() => resolve(line)));
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', (code, signal) => settle(() => reject(new Error(`ended with ${code ?? signal}`))));
  });

const end = async (child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
};
