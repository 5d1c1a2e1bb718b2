import { isIPv6 } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { connectOptions, readNode, requestHeaders, type Target } from './http-client.ts';
import { type Channel, type ChannelEvents, createFrameHandler } from './sockjs-frames.ts';

const CLOSE_TIMEOUT_MS = 1_000;

/** A WebSocket that speaks SockJS frames, or plain messages when raw. */
export const openWebSocketChannel = (
  raw: boolean,
  url: string,
  target: Target,
  events: ChannelEvents,
): Channel => {
  const { host = '127.0.0.1', port, path = '', tls = false, jar } = target;
  const options: ClientOptions = { ...connectOptions(target), headers: requestHeaders(target) };
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const socket = new WebSocket(`${tls ? 'wss' : 'ws'}://${authority}${path}${url}`, options);

  socket.on('upgrade', ({ headers }) => jar?.store(headers['set-cookie']));
  socket.on('unexpected-response', (request, response) => {
    jar?.store(response.headers['set-cookie']);
    events.node(readNode(response));
    events.lost(`websocket handshake answered ${response.statusCode}`);
    request.destroy();
  });
  socket.on('error', (error) => events.lost(`websocket: ${error.message || String(error)}`));
  socket.on('close', (code, reason) => events.lost(`websocket closed with ${`${code} ${reason}`.trim()}`));

  if (raw) socket.on('open', () => events.opened());
  const onMessage = raw ? events.message : createFrameHandler(events);
  socket.on('message', (data) => onMessage(data.toString()));

  return {
    send: (message) => socket.send(raw ? message : JSON.stringify([message])),
    close: async () => {
      if (socket.readyState === WebSocket.CLOSED) return;
      const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.close(1000);
      await ended;
      clearTimeout(timer);
    },
  };
};
