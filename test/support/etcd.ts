import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port.ts';
import { until } from './until.ts';

/** A member of an etcd cluster of a test's own. */
interface Member {
  readonly name: string;
  readonly endpoint: string;
  start(): void;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Loses all that it had on disk; it has to be ended before. */
  forget(): Promise<void>;
  /** It accepts connections and does not answer, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** Loses all that it had; it must not run. */
  wipe(): Promise<void>;
}

export interface Etcd {
  readonly members: readonly Member[];
  readonly endpoints: readonly string[];
  /** Asks a member's JSON gateway; the first one by default. Rejects where it does not answer with 200. */
  ask(path: string, body: object, options?: { endpoint?: string; token?: string }): Promise<unknown>;
  put(key: string, value: string, options?: { lease?: string; endpoint?: string }): Promise<void>;
  remove(key: string): Promise<void>;
  /** The member that leads. */
  leader(): Promise<Member>;
  /** Resolves when all members take writes. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts members of an etcd cluster on loopback and waits until they take writes. */
export const startEtcd = async (size = 1, options: readonly string[] = []): Promise<Etcd> => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-etcd-'));
  const ports = await freePorts(size * 2);
  const scheme = options.some((option) => option.startsWith('--cert-file')) ? 'https' : 'http';
  const places = Array.from({ length: size }, (_, index) => ({
    name: `m${index}`,
    endpoint: `${scheme}://127.0.0.1:${ports[index * 2]}`,
    peer: `http://127.0.0.1:${ports[index * 2 + 1]}`,
  }));
  const initial = places.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const members = places.map((place) => memberOf(place, { folder, initial, options }));
  const [first] = members;
  const ask: Etcd['ask'] = async (path, body, { endpoint = first?.endpoint, token } = {}) => {
    const headers = token === undefined ? {} : { authorization: token };
    const signal = AbortSignal.timeout(3000);
    const init = { method: 'POST', body: JSON.stringify(body), headers, signal };
    const answer = await fetch(`${endpoint}${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text);
  };
  const etcd: Etcd = {
    members,
    endpoints: members.map(({ endpoint }) => endpoint),
    ask,
    put: async (key, value, { endpoint, ...rest } = {}) => {
      const body = { key: encode(key), value: encode(value), ...rest };
      await ask('/v3/kv/put', body, endpoint === undefined ? {} : { endpoint });
    },
    remove: async (key) => void (await ask('/v3/kv/deleterange', { key: encode(key) })),
    leader: async () => {
      for (const member of members) {
        const status = await ask('/v3/maintenance/status', {}, member).catch(() => null);
        const { header, leader } = (status ?? {}) as { header?: { member_id: string }; leader?: string };
        if (header !== undefined && header.member_id === leader) return member;
      }
      throw new Error('no member leads');
    },
    ready: () =>
      until(
        () =>
          Promise.all(members.map((member) => etcd.put('/ready', '', member))).then(
            () => true,
            () => false,
          ),
        30_000,
      ),
    stop: async () => {
      await Promise.all(members.map((member) => member.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const member of members) member.start();
  if (scheme === 'http') await etcd.ready();
  return etcd;
};

const memberOf = (
  { name, endpoint, peer }: { readonly name: string; readonly endpoint: string; readonly peer: string },
  { folder, initial, options }: { folder: string; initial: string; options: readonly string[] },
): Member => {
  let child: ChildProcess | null = null;
  return {
    name,
    endpoint,
    start: () => {
      child = spawn(
        '/usr/bin/etcd',
        [
          `--name=${name}`,
          `--data-dir=${join(folder, name)}`,
          `--listen-client-urls=${endpoint}`,
          `--advertise-client-urls=${endpoint}`,
          `--listen-peer-urls=${peer}`,
          `--initial-advertise-peer-urls=${peer}`,
          `--initial-cluster=${initial}`,
          '--initial-cluster-state=new',
          '--log-level=error',
          ...options,
        ],
        { stdio: 'ignore', env: { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch } },
      );
      child.once('error', () => {});
    },
    forget: () => rm(join(folder, name), { recursive: true, force: true }),
    kill: async () => {
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    wipe: () => rm(join(folder, name), { recursive: true }),
  };
};

const encode = (text: string): string => Buffer.from(text).toString('base64');
