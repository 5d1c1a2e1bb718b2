import { createServer, type Socket } from 'node:net';

/** A node that takes a request, counts it, and dies without an answer; its health check is answered. */
export interface HalfNode {
  readonly port: number;
  /** Requests that came, besides health checks: their first lines. */
  readonly taken: string[];
  stop(): void;
}

/** Starts one on 127.0.0.1. */
export const startHalfNode = async (): Promise<HalfNode> => {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      const [line = ''] = chunk.toString('latin1').split('\r\n');
      if (line.includes('/sockjs/info'))
        return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
      taken.push(line);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    taken,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
