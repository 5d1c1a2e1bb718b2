import { createServer } from 'node:net';

/**
 * Below the range from which the kernel takes the ports of outgoing connections (32768 and up, by default), so that no
 * connection sits on a port before a server does; a part of its own for each vitest worker.
 */
const FIRST = 12_000;
const PART = 4_000;
const first = FIRST + PART * (Number(process.env.VITEST_POOL_ID ?? 0) % 5);
let next = Math.floor(Math.random() * PART);

/** Ports of 127.0.0.1 on which nothing listens; each is given once. */
export const freePorts = async (count: number): Promise<number[]> => {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = first + (next++ % PART);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
