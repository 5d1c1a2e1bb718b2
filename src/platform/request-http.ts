import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { HttpAnswer, HttpRequest } from './system.ts';

const MOST_BYTES = 64 * 1024;

/** Asks an HTTP server with GET, over a connection of its own. */
export const requestHttp = (asked: HttpRequest): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const socket = open(asked);
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
      asked.timeoutMs,
    );
    socket.once('close', () => clearTimeout(timer));
    socket.on('error', reject);
    const outgoing = request({
      createConnection: () => socket,
      path: asked.path,
      headers: { connection: 'close', ...asked.headers },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let body = '';
      const finish = () => {
        resolve({ status, body });
        socket.destroy();
      };
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > MOST_BYTES) finish();
      });
      response.on('end', finish);
      response.on('error', reject);
    });
    outgoing.end();
  });

const open = ({ to, tls, preamble }: HttpRequest): Socket => {
  const plain = connect('socket' in to ? { path: to.socket } : to);
  if (preamble !== undefined) plain.write(preamble);
  return tls === undefined
    ? plain
    : connectTls({ socket: plain, servername: tls, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
};
