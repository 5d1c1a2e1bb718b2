import { connect } from 'node:net';

/** Writes a text to a Unix socket and reads until the other side closes. */
export const askSocket = (
  path: string,
  text: string,
  timeoutMs: number,
  { staysOpen = false } = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy(
        Object.assign(new Error(`${path} did not answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }),
      );
    }, timeoutMs);
    socket.on('connect', () => (staysOpen ? socket.write(text) : socket.end(text)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      socket.end();
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    socket.on('error', reject);
    socket.on('close', () => clearTimeout(timer));
  });
