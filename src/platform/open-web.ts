import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';

/** What is asked of a web server. */
export interface WebRequest {
  /** http or https; the certificate has to be good. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Is sent with POST; without it, it is GET. */
  readonly body?: string;
  /** PEM texts: who is trusted instead of the system's authorities, and who asks. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** A server whose machine went without a word is noticed after half a minute. */
const KEEP_ALIVE_MS = 10_000;

/** Asks a web server over a connection of its own; the body of the answer is to be read. Ends with the signal. */
export const openWeb = (
  { url, headers, body, tls = {} }: WebRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const isTls = url.startsWith('https:');
    const method = body === undefined ? 'GET' : 'POST';
    const options = { method, headers, agent: false, signal } as const;
    const outgoing = isTls ? requestTls(url, { ...options, ...tls }) : requestPlain(url, options);
    outgoing.setSocketKeepAlive(true, KEEP_ALIVE_MS);
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
