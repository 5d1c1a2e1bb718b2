import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectionsAt, countConnections } from '../../src/platform/count-connections.ts';
import { until } from '../support/until.ts';

const listen = async (host: string): Promise<number> => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const open = async (host: string, port: number): Promise<Socket> => {
  const socket = connect({ host, port });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
};

test.each([
  ['IPv4', '127.0.0.1', '127.0.0.1'],
  ['IPv6', '::1', '::1'],
  ['IPv6 in its long form', '::1', '0:0:0:0:0:0:0:1'],
  ['IPv4 by a socket of IPv6', '127.0.0.1', '127.0.0.1', '::ffff:127.0.0.1'],
])('connections to an address of %s are counted until they are closed', async (_kind, at, asked, by = at) => {
  const port = await listen(at);
  expect(await countConnections(asked, port)).toBe(0);
  const sockets = [await open(by, port), await open(by, port), await open(at, port)];
  expect(await countConnections(asked, port)).toBe(3);
  sockets[0]?.destroy();
  await until(async () => (await countConnections(asked, port)) === 2);
});

test('connections to another port or address do not count, nor do those that come from there', async () => {
  const port = await listen('127.0.0.2');
  const socket = await open('127.0.0.2', port);
  expect(await countConnections('127.0.0.1', port)).toBe(0);
  expect(await countConnections('127.0.0.2', port === 1 ? 2 : port - 1)).toBe(0);
  expect(await countConnections('127.0.0.2', port)).toBe(1);
  // Seen from the other end it leads to the client.
  expect(await countConnections('127.0.0.1', socket.localPort ?? 0)).toBe(1);
});

test('connections that an address has are counted at its own end', async () => {
  const port = await listen('127.0.0.2');
  expect(await connectionsAt('127.0.0.2', port)).toBe(0);
  const socket = await open('127.0.0.2', port);
  await until(async () => (await connectionsAt('127.0.0.2', port)) === 1);
  expect(await connectionsAt('127.0.0.1', port)).toBe(0);
  expect(await connectionsAt('127.0.0.1', socket.localPort ?? 0)).toBe(1);
  socket.destroy();
  await until(async () => (await connectionsAt('127.0.0.2', port)) === 0);
});

test('of a name nothing is known', async () => {
  expect(await countConnections('localhost', 80)).toBeNull();
});
