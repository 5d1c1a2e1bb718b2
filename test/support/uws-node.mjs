// A Meteor 3.5 process whose DDP transport is `uws`, as packages/ddp-server/transports/uws.js has it: a listener of its own, to which the one of
// PORT passes upgrades of /websocket, byte by byte. It listens where PORT, BIND_IP and METEOR_SETTINGS say, and is named after its port.
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { env } from 'node:process';
import { WebSocketServer } from 'ws';
import { serveDdp } from './meteor-ddp.mjs';
import { createWebApp } from './meteor-webapp.mjs';

const settings = JSON.parse(env.METEOR_SETTINGS || '{}').packages?.['ddp-server'] ?? {};
const { host = '127.0.0.1', port = 5001 } = settings.uws ?? {};
const transport = settings.transport || env.DDP_TRANSPORT || (env.DISABLE_SOCKJS ? 'uws' : 'sockjs');
if (transport !== 'uws') throw new Error(`the transport is ${transport}`);

const node = { id: env.PORT, prefix: '', version: 'v1' };

const own = createServer();
new WebSocketServer({ server: own }).on('connection', (socket, { headers }) =>
  serveDdp(
    {
      protocol: 'uws',
      headers,
      write: (text) => socket.send(text),
      on: (_data, hear) => socket.on('message', (data) => hear(data.toString())),
    },
    node,
  ),
);

const web = createServer(createWebApp(node));
web.prependListener('request', (_request, response) => response.setHeader('X-Test-Node', node.id));
web.on('upgrade', (request, socket, head) => {
  if (request.url.split('?')[0] !== '/websocket') return socket.destroy();
  const inner = connect(port, host, () => {
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let at = 0; at < request.rawHeaders.length; at += 2)
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
    inner.write(`${lines.join('\r\n')}\r\n\r\n`);
    inner.write(head);
    inner.pipe(socket).pipe(inner);
  });
  inner.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
  socket.on('error', () => inner.destroy());
});

process.on('SIGTERM', () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();
own.listen(port, host, () =>
  web.listen(env.PORT, env.BIND_IP, () => console.log(`uws of ${node.id} on ${port}`)),
);
