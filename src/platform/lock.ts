import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid, platform } from 'node:process';
import type { HeldBy, Lock } from './system.ts';

/**
 * A lock is a socket that only one process can listen on: the kernel takes it away when the process ends, so that
 * none is ever stale. Linux has such sockets without a file; elsewhere a file is left, which answers to nobody.
 */
export const takeLock = async (name: string): Promise<Lock | HeldBy> => {
  const address = addressOf(name);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(String(pid));
  });
  const listen = async (): Promise<boolean> => {
    server.listen(address);
    return once(server, 'listening').then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        return false;
      },
    );
  };
  if (!(await listen())) {
    const holder = await askHolder(address);
    if (holder !== null || isAbstract(address)) return { heldBy: holder ?? 0 };
    await rm(address, { force: true });
    if (!(await listen())) return { heldBy: 0 };
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
};

const isAbstract = (address: string): boolean => address.startsWith('\0');

const addressOf = (name: string): string => {
  const id = `meteor-lb-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  return platform === 'linux' ? `\0${id}` : join(tmpdir(), id);
};

/** The pid of who listens there; null where nobody does, or who does says nothing within a second. */
const askHolder = (address: string): Promise<number | null> =>
  new Promise((resolve) => {
    const socket = connect(address);
    socket.setTimeout(1000, () => socket.destroy());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(/^[0-9]+$/.test(text) ? Number(text) : null));
  });
