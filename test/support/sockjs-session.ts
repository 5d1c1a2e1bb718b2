import { randomInt } from 'node:crypto';
import { createDdpClient, type DdpListener } from './ddp-client.ts';
import { sendRequest, type Target } from './http-client.ts';
import type { Channel, ChannelEvents, HttpTransport } from './sockjs-frames.ts';
import { openHttpChannel } from './sockjs-http-channel.ts';
import { openWebSocketChannel } from './sockjs-websocket-channel.ts';

export type Transport = 'websocket' | 'raw-websocket' | HttpTransport;

export interface SessionOptions extends Target {
  /** How long the open and each call may take before the session counts as lost (default 4000). */
  callTimeoutMs?: number;
}

/** An open DDP session that stays on one node. */
export interface Session {
  readonly transport: Transport;
  readonly node: string;
  /** The node of every transport answer in order, without repeats in a row. */
  readonly nodesSeen: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a method may answer anything, and tests say what they expect
  call(method: string, ...params: unknown[]): Promise<any>;
  /** Hears every DDP message from now on; returns how to stop. */
  listen(listener: DdpListener): () => void;
  close(): Promise<void>;
  /** Resolves with the reason when the session has ended, whoever ended it. */
  readonly closed: Promise<string>;
}

const CALL_TIMEOUT_MS = 4_000;

/** Opens a session as sockjs-client does and connects DDP; rejects with the reason it was lost. */
export const openSession = async (transport: Transport, options: SessionOptions): Promise<Session> => {
  const { ready, session } = startSession(transport, options);
  await ready;
  return session;
};

/** A session from its first request on; `ready` settles when DDP is connected and the node known. */
export const startSession = (
  transport: Transport,
  options: SessionOptions,
): { ready: Promise<void>; session: Session } => {
  const nodesSeen: string[] = [];
  const opened = createDeferred<void>();
  const closed = createDeferred<string>();
  let channel: Channel | null = null;
  let node = '';
  let reason: string | null = null;

  const end = (why: string): void => {
    if (reason !== null) return;
    reason = why;
    opened.reject(new Error(why));
    ddp.fail(new Error(why));
    void channel?.close();
    closed.resolve(why);
  };
  const seeNode = (id: string | null): void => {
    if (id === null || nodesSeen.at(-1) === id) return;
    nodesSeen.push(id);
    if (nodesSeen.length > 1) end(`the node changed: ${nodesSeen.join(', ')}`);
  };
  const ddp = createDdpClient((text) => channel?.send(text));
  const events: ChannelEvents = { opened: opened.resolve, message: ddp.receive, node: seeNode, lost: end };

  const within = async <T>(what: string, promise: Promise<T>): Promise<T> => {
    const limitMs = options.callTimeoutMs ?? CALL_TIMEOUT_MS;
    const timer = setTimeout(() => end(`no answer to ${what} within ${limitMs} ms`), limitMs);
    return promise.finally(() => clearTimeout(timer));
  };
  const call: Session['call'] = async (method, ...params) => {
    const result = await within(method, ddp.call(method, params));
    if (method === 'whoami') seeNode(result.node);
    if (reason !== null) throw new Error(reason);
    return result;
  };
  const open = async (): Promise<void> => {
    if (transport !== 'raw-websocket') await askInfo(options);
    if (reason !== null) throw new Error(reason);
    channel = openChannel(transport, options, events);
    await within('the opening', opened.promise);
    await within('connect', ddp.connect());
    node = (await call('whoami')).node;
  };

  return {
    ready: open().catch((error: Error) => {
      end(error.message);
      throw new Error(reason ?? error.message, { cause: error });
    }),
    session: {
      transport,
      nodesSeen,
      get node() {
        return node;
      },
      call,
      listen: ddp.listen,
      close: async () => {
        end('closed by the client');
        await channel?.close();
      },
      closed: closed.promise,
    },
  };
};

const askInfo = async (target: Target): Promise<void> => {
  const { status, body } = await sendRequest(target, `/sockjs/info?t=${Date.now()}`);
  if (status !== 200 || !body.includes('"entropy"')) throw new Error(`info answered ${status}`);
};

const openChannel = (transport: Transport, target: Target, events: ChannelEvents): Channel => {
  if (transport === 'raw-websocket') return openWebSocketChannel(true, '/websocket', target, events);
  const server = String(randomInt(1000)).padStart(3, '0');
  const session = Array.from({ length: 8 }, () => randomInt(36).toString(36)).join('');
  const url = `/sockjs/${server}/${session}`;
  return transport === 'websocket'
    ? openWebSocketChannel(false, `${url}/websocket`, target, events)
    : openHttpChannel(transport, url, target, events);
};

const createDeferred = <T>() => {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {}); // heard by whoever waits; nobody may be waiting
  return { promise, resolve, reject };
};
