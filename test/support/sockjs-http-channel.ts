import { openRequest, readNode, sendRequest, type Target } from './http-client.ts';
import {
  type Channel,
  type ChannelEvents,
  createFrameHandler,
  type HttpTransport,
  takeFrames,
} from './sockjs-frames.ts';

/** A SockJS session over HTTP requests: one receives, another carries what is sent, as in sockjs-client. */
export const openHttpChannel = (
  transport: HttpTransport,
  sessionUrl: string,
  target: Target,
  events: ChannelEvents,
): Channel => {
  const controller = new AbortController();
  const { signal } = controller;
  const fail = (what: string) => (error: unknown) => {
    if (!signal.aborted) events.lost(`${what}: ${describe(error)}`);
  };

  void receive(transport, sessionUrl, target, events, signal).catch(fail(transport));
  const sender = transport === 'jsonp' ? 'jsonp_send' : 'xhr_send';
  const send = createSender(async (messages) => {
    const { status, node } = await sendRequest(target, `${sessionUrl}/${sender}?t=${Date.now()}`, {
      ...sendOptions(sender, messages),
      signal,
    });
    if (status !== 200 && status !== 204) events.lost(`${sender} answered ${status}`);
    events.node(node);
  }, fail(sender));

  return {
    send,
    close: async () => controller.abort(),
  };
};

const receive = async (
  transport: HttpTransport,
  sessionUrl: string,
  target: Target,
  events: ChannelEvents,
  signal: AbortSignal,
): Promise<void> => {
  const onFrame = createFrameHandler(events);
  const { method, query } = receiveRequest(transport);
  while (!signal.aborted) {
    const response = await openRequest(target, `${sessionUrl}/${transport}${query()}`, { method, signal });
    if (response.statusCode !== 200) events.lost(`${transport} answered ${response.statusCode}`);
    events.node(readNode(response));
    let received = 0;
    let text = '';
    for await (const chunk of response) {
      const { frames, rest } = takeFrames(transport, text + chunk);
      text = rest;
      received += frames.length;
      for (const frame of frames) onFrame(frame);
    }
    if (received === 0) throw new Error('answered 200 without a frame');
  }
};

const receiveRequest = (transport: HttpTransport): { method: string; query: () => string } => {
  switch (transport) {
    case 'xhr':
    case 'xhr_streaming':
      return { method: 'POST', query: () => `?t=${Date.now()}` };
    case 'eventsource':
      return { method: 'GET', query: () => '' };
    case 'htmlfile':
    case 'jsonp':
      return { method: 'GET', query: () => '?c=_jp.cb' };
    default:
      return transport satisfies never;
  }
};

const sendOptions = (sender: 'xhr_send' | 'jsonp_send', messages: readonly string[]) => {
  const payload = JSON.stringify(messages);
  return sender === 'xhr_send'
    ? { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: payload }
    : {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `d=${encodeURIComponent(payload)}`,
      };
};

/** One request at a time; what is sent meanwhile goes together in the next one. */
const createSender = (post: (messages: string[]) => Promise<void>, onError: (error: unknown) => void) => {
  let waiting: string[] = [];
  let busy = false;
  const flush = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      await post(messages);
    }
    busy = false;
  };
  return (message: string): void => {
    waiting.push(message);
    if (!busy) void flush().catch(onError);
  };
};

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `${error.code} (${error.message})` : error.message;
};
