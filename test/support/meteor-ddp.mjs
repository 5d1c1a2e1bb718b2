import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const HANDSHAKE_TIMEOUT_MS = 45_000;

/** Answers DDP on one SockJS connection; methods: whoami, echo, stream. */
export const serveDdp = (connection, node) => {
  let caller = null;
  const send = (message) => connection.write(JSON.stringify(message));

  const handlers = {
    connect: () => {
      // Meteor, too, computes the address once, at the DDP connect.
      caller = describeCaller(connection, node);
      setWebSocketTimeout(connection, 0);
      send({ msg: 'connected', session: randomUUID() });
    },
    ping: ({ id }) => send({ msg: 'pong', ...(id === undefined ? {} : { id }) }),
    pong: () => {},
    method: async ({ id, method, params = [] }) => {
      send({ msg: 'result', id, ...(await runMethod(method, params, { caller, connection, send })) });
      send({ msg: 'updated', methods: [id] });
    },
    sub: ({ id }) => send({ msg: 'ready', subs: [id] }),
    unsub: ({ id }) => send({ msg: 'nosub', id }),
  };

  setWebSocketTimeout(connection, HANDSHAKE_TIMEOUT_MS);
  connection.on('data', (text) => {
    const message = parse(text);
    const handler = message && Object.hasOwn(handlers, message.msg) ? handlers[message.msg] : null;
    if (!handler) return send({ msg: 'error', reason: 'Bad request', offendingMessage: message });
    if (!caller && message.msg !== 'connect')
      return send({ msg: 'error', reason: 'Must connect first', offendingMessage: message });
    return handler(message);
  });
};

const parse = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const describeCaller = (connection, { id, version }) => ({
  node: id,
  version,
  clientAddress: clientAddress(connection, Number.parseInt(process.env.HTTP_FORWARDED_COUNT, 10) || 0),
  protocol: connection.protocol,
  headers: connection.headers,
});

// Meteor since 3.2.2: one entry too many in X-Forwarded-For is as bad as none.
const clientAddress = (connection, forwardedCount) => {
  if (forwardedCount === 0) return connection.remoteAddress ?? null;
  const hops = connection.headers['x-forwarded-for']?.split(',').map((hop) => hop.trim());
  return hops?.length === forwardedCount ? hops[0] : null;
};

const setWebSocketTimeout = (connection, timeoutMs) => {
  if (connection.protocol.startsWith('websocket')) connection._session.recv?.connection.setTimeout(timeoutMs);
};

const runMethod = async (name, params, context) => {
  if (!Object.hasOwn(methods, name))
    return { error: { error: 404, reason: `Method '${name}' not found`, errorType: 'Meteor.Error' } };
  return { result: await methods[name](context, ...params) };
};

const methods = {
  whoami: ({ caller }) => caller,
  echo: (_context, ...values) => (values.length > 1 ? values : values[0]),
  stream: async ({ connection, send }, count, everyMs = 0) => {
    for (let index = 0; index < count && connection.writable; index += 1) {
      if (index > 0) await pause(everyMs);
      const at = performance.timeOrigin + performance.now();
      send({ msg: 'added', collection: 'stream', id: String(index), fields: { index, at } });
    }
    return { sent: count };
  },
};
