import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { freePorts } from './free-port.ts';

/** A web server that lists nodes, on a port that stays its own. */
export interface ListServer {
  readonly url: string;
  /** What it says from now on: a text, or an answer of the test's own. */
  say(answer: string | RequestListener): void;
  listen(): Promise<void>;
  /** Refuses connections, and ends those that are open. */
  close(): Promise<void>;
}

/** One that does not listen yet. */
export const createListServer = async (): Promise<ListServer> => {
  const [port = 0] = await freePorts(1);
  let answer: RequestListener = (_, response) => response.end('[]');
  const server = createServer((request, response) => answer(request, response));
  return {
    url: `http://127.0.0.1:${port}/`,
    say: (next) => {
      answer = typeof next === 'string' ? (_, response) => response.end(next) : next;
    },
    listen: async () => {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
