import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { LbError } from '../../diagnostics/lb-error.ts';
import type { System } from '../../platform/system.ts';
import { systemReason } from '../../platform/system-error.ts';
import type { Metrics } from './metrics.ts';
import type { Address } from './parse-address.ts';
import { readiness, type WatchStatus } from './status-model.ts';

export interface StatusServer {
  /** The port it listens on, which the system has chosen where 0 was asked for. */
  readonly port: number;
  /** Ends at once, requests at hand as well. */
  close(): Promise<void>;
}

/** Answers /healthz, /readyz and /metrics once it resolves; rejects with LbError('usage') where it can't listen. */
export const startStatusServer = async (
  address: Address,
  getStatus: () => WatchStatus,
  metrics: Pick<Metrics, 'text' | 'contentType'>,
  clock: Pick<System, 'now'>,
): Promise<StatusServer> => {
  const pages: Pages = new Map<string, () => Promise<Page> | Page>([
    ['/healthz', () => ({ code: 200, type: TEXT, body: 'ok\n' })],
    [
      '/readyz',
      () => {
        const { ready, body } = readiness(getStatus(), clock.now());
        return { code: ready ? 200 : 503, type: 'application/json', body: `${JSON.stringify(body)}\n` };
      },
    ],
    [
      '/metrics',
      async () => ({
        code: 200,
        type: metrics.contentType,
        body: await metrics.text(getStatus(), clock.now()),
      }),
    ],
  ]);
  const server = createServer(answer(pages));
  await listen(server, address);
  // Later errors are of single connections, as when there are too many open files: it goes on.
  server.on('error', () => {});
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

interface Page {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

type Pages = ReadonlyMap<string, () => Promise<Page> | Page>;

const TEXT = 'text/plain; charset=utf-8';

const answer =
  (pages: Pages): RequestListener =>
  async ({ method = '', url = '' }, response) => {
    try {
      send(response, await pageFor(pages, method, url));
    } catch (error) {
      send(response, { code: 500, type: TEXT, body: `${error instanceof Error ? error.message : error}\n` });
    }
  };

const pageFor = (pages: Pages, method: string, url: string): Promise<Page> | Page => {
  const path = url.split('?', 1)[0] ?? '';
  const page = pages.get(path);
  if (page === undefined) return { code: 404, type: TEXT, body: 'not found\n' };
  if (method !== 'GET' && method !== 'HEAD') {
    return { code: 405, type: TEXT, body: 'only GET and HEAD\n' };
  }
  return page();
};

const send = (response: ServerResponse, { code, type, body }: Page): void => {
  response.writeHead(code, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(code === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(body); // Node leaves the body out for HEAD
};

const listen = (server: Server, { host, port }: Address): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen({ host, port }, error)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });

const cannotListen = ({ host, port }: Address, error: NodeJS.ErrnoException): LbError => {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { reason, hint } = REASONS[error.code ?? ''] ?? {
    reason: systemReason(error) ?? error.message,
    hint: 'give --status another address',
  };
  return new LbError('usage', `can't listen on ${place}: ${reason}`, { hint, cause: error });
};

const REASONS: Readonly<Record<string, { readonly reason: string; readonly hint: string }>> = {
  EADDRINUSE: {
    reason: 'the port is taken',
    hint: 'another meteor-lb watch may be running; otherwise give --status another port',
  },
  EACCES: { reason: 'permission denied', hint: 'ports below 1024 are for root; give --status a higher one' },
  EADDRNOTAVAIL: {
    reason: 'this machine has no such address',
    hint: 'give --status an address of this machine, such as 127.0.0.1',
  },
  ENOTFOUND: { reason: 'there is no such host', hint: 'give --status an address such as 127.0.0.1' },
};
