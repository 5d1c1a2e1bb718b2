import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rename, rmdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type CookieJar, createCookieJar } from './cookie-jar.ts';
import { sendRequest } from './http-client.ts';
import { askReadiness, type KeptProxy } from './kept-proxy.ts';
import { until } from './until.ts';

/** A description as YAML reads it. */
// biome-ignore lint/suspicious/noExplicitAny: tests write wrong ones, too
export type Written = any;

/** Changes what the description says now. */
export const editDescription = async (
  { folder }: Pick<KeptProxy, 'folder'>,
  edit: (description: Written) => void,
): Promise<void> => {
  const file = join(folder, 'cluster.yaml');
  const description = parse(await readFile(file, 'utf8'));
  edit(description);
  await writeFile(`${file}.new`, stringify(description));
  await rename(`${file}.new`, file);
};

/** Adds a listener. */
export const addListener = (
  kept: Pick<KeptProxy, 'folder'>,
  listener: { readonly port: number; readonly [key: string]: unknown },
): Promise<void> =>
  editDescription(kept, ({ listen }) => {
    listen.push({ address: '127.0.0.1', ...listener });
  });

/** Which node answers a client through the proxy; throws where none does. */
export const whoAnswers = async (
  port: number,
  client: { readonly jar?: CookieJar; readonly host?: string } = {},
): Promise<string> => {
  const { status, node } = await sendRequest({ port, ...client }, '/');
  if (status !== 200 || node === null) throw new Error(`status ${status}, node ${node}`);
  return node;
};

/** A client that sticks to a node. */
export const clientOf = async (port: number, node: string): Promise<CookieJar> => {
  for (let clients = 0; clients < 100; clients++) {
    const jar = createCookieJar();
    if ((await whoAnswers(port, { jar })) === node) return jar;
  }
  throw new Error(`no client gets to ${node}`);
};

/** The nodes that answer new clients: of 64 that choose at random, one of three nodes gets none once in 10^11 times. */
export const whoTakesNewClients = async (port: number): Promise<string> => {
  const nodes = new Set<string>();
  for (let client = 0; client < 64; client++) nodes.add(await whoAnswers(port));
  return [...nodes].sort().join('');
};

/** Waits until new clients get to these nodes and no others. */
export const untilNewClientsGetTo = (port: number, nodes: string): Promise<void> =>
  until(async () => (await whoTakesNewClients(port).catch(() => '')) === nodes, LATE_MS);

/** Waits until a watch says that it is ready, or not. */
export const untilReady = (status: number, ready = true): Promise<void> =>
  until(async () => (await askReadiness(status).catch(() => null))?.ready === ready, LATE_MS);

/** A watch that tries again waits up to 16 seconds, after a few times in vain. */
const LATE_MS = 25_000;

/** Has this process listen somewhere. */
export const occupy = async (port: number, host = '127.0.0.1'): Promise<{ release(): Promise<void> }> => {
  const server = createServer((socket) => void socket.destroy());
  server.listen({ port, host });
  await once(server, 'listening');
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
};

/** Listens on a Unix socket and says what no HAProxy does. */
export const answerGarbage = async (
  path: string,
): Promise<{ asked(times: number): Promise<void>; close(): Promise<void> }> => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket
      .on('error', () => {})
      .resume()
      .end('What?\n');
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    /** Resolves when it has been asked so many times more. */
    asked: (times) => {
      const enough = connections + times;
      return until(async () => connections >= enough, LATE_MS);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

/** The processes that a process has started. */
const childrenOf = (parent: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => {
      const { state, ppid } = statusOf(Number(name));
      return ppid === parent && state !== 'Z' ? [Number(name)] : [];
    })
    .sort((one, other) => one - other);

/** The worker processes of the proxy, which it starts a moment after it listens. */
export const workersOf = async (kept: Pick<KeptProxy, 'proxyPid'>): Promise<readonly number[]> => {
  const parent = kept.proxyPid;
  if (parent === null) throw new Error('the proxy does not run');
  await until(async () => childrenOf(parent).length > 0);
  return childrenOf(parent);
};

/** Whether a process runs; one that has ended may stay listed for a while. */
export const isRunning = (pid: number): boolean => !['', 'Z'].includes(statusOf(pid).state);

const statusOf = (pid: number): { readonly state: string; readonly ppid: number } => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, ppid: Number(ppid) };
  } catch {
    return { state: '', ppid: 0 }; // it has ended
  }
};

/** Whether this machine lets tests mount. */
export const canMount = await (async (): Promise<boolean> => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'none', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  await rmdir(folder);
  return mounted;
})();

/** Mounts; the place is free again after `end`. */
export const mount = (place: string, ...args: readonly string[]): { end(): void } => {
  execFileSync('mount', [...args, place]);
  return { end: () => void execFileSync('umount', ['-l', place]) };
};
