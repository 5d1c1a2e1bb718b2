import { createServer, type Server } from 'node:net';

/**
 * Below the range from which the kernel takes the ports of outgoing connections (32768 and up, by default), so that no
 * connection sits on a port before a server does; a part of its own for each process, whichever test run started it.
 */
const FIRST = 12_000;
const PART = 1_000;
const PARTS = 20;

let first: Promise<number> | undefined;
let next = Math.floor(Math.random() * PART);

/** Ports of 127.0.0.1 on which nothing listens; no process gets one that another has, none gets one twice in 1,000. */
export const freePorts = async (count: number): Promise<number[]> => {
  first ??= claimPart();
  const ports: number[] = [];
  while (ports.length < count) {
    const port = (await first) + (next++ % PART);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
};

/** The first port of a part that is this process's until it ends: who listens on a part's name has it. */
const claimPart = async (): Promise<number> => {
  const start = Math.floor(Math.random() * PARTS);
  for (let tried = 0; tried < PARTS; tried++) {
    const part = (start + tried) % PARTS;
    const claim = await listen(`\0meteor-lb-test-ports-${part}`);
    if (!claim) continue;
    claim.unref();
    return FIRST + part * PART;
  }
  throw new Error(`All ${PARTS} parts of the ports for tests are taken.`);
};

const isFree = async (port: number): Promise<boolean> => {
  const server = await listen(port, '127.0.0.1');
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  return server !== undefined;
};

const listen = (...address: [path: string] | [port: number, host: string]) =>
  new Promise<Server | undefined>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(...(address as [number, string]), () => resolve(server));
  });
