import { once } from 'node:events';
import { createServer } from 'node:net';

/** The first port from `first` on that nobody listens on. */
export async function freePort(first) {
  for (let port = first; port < first + 1000; port += 1) if (await isFree(port)) return port;
  throw new Error(`no free port from ${first} to ${first + 999}`);
}

/** Whether 127.0.0.1 has this port to give. */
export async function isFree(port) {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** As many free ports as asked for, from `first` on. */
export async function freePorts(first, count) {
  const ports = [];
  while (ports.length < count) ports.push(await freePort((ports.at(-1) ?? first - 1) + 1));
  return ports;
}
