/** What a channel tells its session. */
export interface ChannelEvents {
  opened(): void;
  message(text: string): void;
  node(id: string | null): void;
  lost(reason: string): void;
}

/** A SockJS or raw WebSocket connection, whatever it travels on. */
export interface Channel {
  send(message: string): void;
  close(): Promise<void>;
}

export type HttpTransport = 'xhr' | 'xhr_streaming' | 'eventsource' | 'htmlfile' | 'jsonp';

const wire: Record<HttpTransport, { pattern: RegExp; decode: (text: string) => string }> = {
  xhr: { pattern: /([^\n]*)\n/g, decode: (text) => text },
  xhr_streaming: { pattern: /([^\n]*)\n/g, decode: (text) => text },
  eventsource: { pattern: /data: ([^\r\n]*)\r\n\r\n/g, decode: decodeURI },
  htmlfile: { pattern: /<script>\np\(([^\n]*)\);\n<\/script>\r\n/g, decode: JSON.parse },
  jsonp: { pattern: /\/\*\*\/[\w.]+\(([^\n]*)\);\r\n/g, decode: JSON.parse },
};

/** The whole frames at the start of a response's text, and what is left for the next chunk. */
export const takeFrames = (transport: HttpTransport, text: string): { frames: string[]; rest: string } => {
  const { pattern, decode } = wire[transport];
  const matches = [...text.matchAll(pattern)];
  const last = matches.at(-1);
  return {
    frames: matches.map(([, frame = '']) => decode(frame)),
    rest: last ? text.slice(last.index + last[0].length) : text,
  };
};

/** Turns SockJS frames into events, with the judgement of sockjs-client on what ends a session. */
export const createFrameHandler = (events: ChannelEvents) => {
  let open = false;
  return (frame: string): void => {
    switch (frame[0]) {
      case 'o':
        if (open) events.lost('a second "o" frame: the server lost the session');
        else events.opened();
        open = true;
        return;
      case 'a':
        for (const message of JSON.parse(frame.slice(1)) as string[]) events.message(message);
        return;
      case 'h':
        return;
      case 'c':
        events.lost(`close frame ${frame}`);
        return;
      default:
        events.lost(`not a SockJS frame: ${JSON.stringify(frame.slice(0, 60))}`);
    }
  };
};
