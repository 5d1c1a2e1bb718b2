// One Meteor 3 process as a balancer sees it: the SockJS server Meteor pins, with its options, routes and timeouts.
// Without flags it listens where PORT and BIND_IP say, and is named after its port.
import { lstatSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { env } from 'node:process';
import { parseArgs } from 'node:util';
import sockjs from 'sockjs';
import { serveDdp } from './meteor-ddp.mjs';
import { createWebApp } from './meteor-webapp.mjs';

const SHORT_SOCKET_TIMEOUT_MS = 5_000;
const LONG_SOCKET_TIMEOUT_MS = 120_000;

const main = () => {
  const { id, host, port, socket, path, version } = readOptions();
  const prefix = path.replace(/\/+$/, '');
  const server = createServer(createWebApp({ id, prefix, version }));

  installSockjs(server, prefix, { id, version });
  installTimeouts(server);
  server.prependListener('request', (_request, response) => response.setHeader('X-Test-Node', id));

  process.on('SIGTERM', () => leave(socket));
  process.stdin.on('end', () => leave(socket)).resume();

  const announce = () => console.log(JSON.stringify({ id, port: socket ? null : server.address().port }));
  if (socket) {
    removeSocketFile(socket);
    server.listen(socket, announce);
  } else {
    server.listen(Number(port), host, announce);
  }
};

const readOptions = () => {
  const text = (value) => ({ type: 'string', ...(value === undefined ? {} : { default: value }) });
  const { values } = parseArgs({
    options: {
      id: text(env.PORT ?? 'a'),
      host: text(env.BIND_IP ?? '127.0.0.1'),
      port: text(env.PORT ?? '0'),
      socket: text(),
      path: text(''),
      version: text('v1'),
    },
  });
  if (!isLoopback(values.host)) throw new Error(`--host ${values.host} is not a loopback address`);
  return values;
};

const isLoopback = (host) => {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
};

const installSockjs = (server, prefix, node) => {
  const endpoint = sockjs.createServer({
    prefix: `${prefix}/sockjs`,
    heartbeat_delay: 45_000,
    disconnect_delay: 60_000,
    log: () => {},
  });
  endpoint.on('connection', (connection) => connection && serveDdp(connection, node));
  endpoint.installHandlers(server);

  const rewriteRawWebSocket = (request) => {
    const [pathname, ...query] = request.url.split('?');
    if (pathname !== `${prefix}/websocket` && pathname !== `${prefix}/websocket/`) return;
    request.url = [`${prefix}/sockjs/websocket`, ...query].join('?');
  };
  server.prependListener('request', rewriteRawWebSocket);
  server.prependListener('upgrade', rewriteRawWebSocket);
};

const installTimeouts = (server) => {
  server.keepAliveTimeout = SHORT_SOCKET_TIMEOUT_MS;
  server.setTimeout(SHORT_SOCKET_TIMEOUT_MS);
  server.on('request', (request, response) => {
    request.setTimeout(LONG_SOCKET_TIMEOUT_MS);
    // On the socket: Node 20.20 by itself adds a second of grace to keepAliveTimeout, earlier ones do not.
    response.on('finish', () => request.socket.setTimeout(SHORT_SOCKET_TIMEOUT_MS));
  });
};

const removeSocketFile = (socket) => {
  if (lstatSync(socket, { throwIfNoEntry: false })?.isSocket()) unlinkSync(socket);
};

const leave = (socket) => {
  if (socket) removeSocketFile(socket);
  process.exit(0);
};

main();
