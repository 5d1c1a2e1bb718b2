import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askSocket } from '../../src/platform/ask-socket.ts';

const serve = async (answer: (socket: Socket) => void): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-ask-'));
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    answer(socket);
  }).listen(join(folder, 'socket'));
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
    rmSync(folder, { recursive: true });
  });
  return join(folder, 'socket');
};

test('the whole answer is read, in however many parts it comes', async () => {
  const path = await serve((socket) => {
    let asked = '';
    socket.on('data', (chunk) => {
      asked += chunk.toString();
    });
    socket.on('end', () => {
      // Whatever power of two a part ends at, it ends within an é.
      const answer = Buffer.from(`${asked}x${'é'.repeat(200_000)}`);
      socket.write(answer.subarray(0, 1 << 16));
      setImmediate(() => socket.end(answer.subarray(1 << 16)));
    });
  });
  expect(await askSocket(path, 'show info\n', 5000)).toBe(`show info\nx${'é'.repeat(200_000)}`);
});

test('an answer may be empty', async () => {
  expect(await askSocket(await serve((socket) => void socket.end()), 'x', 5000)).toBe('');
});

test('who does not answer in time is given up', async () => {
  const path = await serve((socket) => void socket.write('half of an'));
  await expect(askSocket(path, 'x', 50)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    message: `${path} did not answer within 50 ms`,
  });
});

test('where nobody listens, the error of the system says so', async () => {
  await expect(askSocket('/nowhere/socket', 'x', 5000)).rejects.toMatchObject({ code: 'ENOENT' });
});
