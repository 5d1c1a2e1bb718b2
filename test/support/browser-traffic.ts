import type { Page, Response } from 'playwright-core';

/** What went between a page and the cluster. */
export interface Traffic {
  /** The nodes that answered, each once. */
  nodes(): string[];
  /** Each SockJS session, by its path, with the nodes that answered in it. */
  sessions(): Map<string, Set<string>>;
  /** The protocols of the answers, each once. */
  protocols(): Promise<string[]>;
  /** The status of each WebSocket handshake: 101, or 200 for one over HTTP/2 (RFC 8441). */
  handshakes(): number[];
}

/** Watches a page and its frames from now on; what did not come from a node is left out. */
export const watchTraffic = async (page: Page): Promise<Traffic> => {
  const answers: Response[] = [];
  const handshakes: number[] = [];
  page.on('response', (response) => {
    if (nodeOf(response) !== undefined) answers.push(response);
  });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  devtools.on('Network.webSocketHandshakeResponseReceived', ({ response }) => {
    handshakes.push(response.status);
  });
  return {
    nodes: () => [...new Set(answers.map(nodeOf))].filter((node) => node !== undefined),
    sessions: () => {
      const sessions = new Map<string, Set<string>>();
      for (const answer of answers) {
        const path = /\/sockjs\/[^/]+\/[^/]+(?=\/)/.exec(new URL(answer.url()).pathname)?.[0];
        if (path) sessions.set(path, (sessions.get(path) ?? new Set()).add(nodeOf(answer) ?? ''));
      }
      return sessions;
    },
    protocols: async () => [...new Set(await Promise.all(answers.map((answer) => answer.httpVersion())))],
    handshakes: () => handshakes,
  };
};

const nodeOf = (response: Response): string | undefined => response.headers()['x-test-node'];
