import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Whether this machine has what tells a service manager. */
export const hasSystemdNotify = spawnSync('systemd-notify', ['--version']).status === 0;

/** A socket as systemd has it. */
export interface ServiceManager {
  readonly socket: string;
  /** The next message. */
  next(): Promise<string>;
  stop(): Promise<void>;
}

/** Listens as systemd does. */
export const startServiceManager = async (): Promise<ServiceManager> => {
  const folder = await mkdtemp(join(tmpdir(), 'notify-'));
  const socket = join(folder, 'notify');
  const script = new URL('./datagrams.py', import.meta.url).pathname;
  const receiver = spawn('python3', [script, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const message = String(JSON.parse(String((await lines.next()).value)));
    // This is how systemd-notify waits until the manager has read what it said.
    return message === 'BARRIER=1' ? next() : message;
  };
  if ((await next()) !== 'listening') throw new Error('nobody listens');
  return {
    socket,
    next,
    stop: async () => {
      receiver.kill();
      await once(receiver, 'exit');
      await rm(folder, { recursive: true });
    },
  };
};
