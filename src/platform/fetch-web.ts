import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { System } from './system.ts';

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

/** What a web server answered; redirects are not followed. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface WebLimits {
  /** For all of it. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Asks a web server over a connection of its own. Rejects with the system's error, with ETIMEDOUT when the time is over, with
 * EMSGSIZE where the answer is too large, or when the signal comes.
 */
export const fetchWeb: System['fetch'] = async (asked, { timeoutMs, maxBytes }, signal) => {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(coded('ETIMEDOUT', 'no answer in time')), timeoutMs);
  const either = AbortSignal.any([signal, ending.signal]);
  try {
    const response = await openWeb(asked, either);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw coded('EMSGSIZE', `the answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: Buffer.concat(chunks).toString(),
    };
  } catch (error) {
    throw either.aborted ? either.reason : error;
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
};

/** The head of an answer; its body is to be read. Ends with the signal. */
const openWeb = (
  { url, headers, body, tls = {} }: WebRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const isTls = url.startsWith('https:');
    const method = body === undefined ? 'GET' : 'POST';
    const options = { method, headers, agent: false, signal } as const;
    const outgoing = isTls ? requestTls(url, { ...options, ...tls }) : requestPlain(url, options);
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });
