import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { CookieJar } from './cookie-jar.ts';

/** Where to send requests and as whom: `path` is the app prefix, `localAddress` the client's own address. */
export interface Target {
  port: number;
  host?: string | undefined;
  path?: string | undefined;
  hostHeader?: string | undefined;
  jar?: CookieJar | undefined;
  localAddress?: string | undefined;
  tls?: boolean | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface RequestOptions {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  node: string | null;
}

const ANSWER_TIMEOUT_MS = 10_000;

/** One request on a TCP connection of its own, answered in full; `url` comes after the app prefix. */
export const sendRequest = async (
  target: Target,
  url: string,
  options: RequestOptions = {},
): Promise<Answer> => {
  const response = await openRequest(target, url, {
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    ...options,
  });
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, body, node: readNode(response) };
};

/** As sendRequest, but resolves with the response when its head is there. */
export const openRequest = async (
  target: Target,
  url: string,
  { method = 'GET', headers = {}, body, signal }: RequestOptions = {},
): Promise<IncomingMessage> => {
  const request = (target.tls ? httpsRequest : httpRequest)({
    ...connectOptions(target),
    host: target.host ?? '127.0.0.1',
    port: target.port,
    agent: false,
    method,
    path: `${target.path ?? ''}${url}`,
    headers: { ...requestHeaders(target), ...headers },
    ...(signal ? { signal } : {}),
  });
  request.on('error', () => {}); // `once` hears it now, the reader of the response later
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  target.jar?.store(response.headers['set-cookie']);
  return response;
};

/** The node that answered, if it was a test node. */
export const readNode = ({ headers }: IncomingMessage): string | null => {
  const node = headers['x-test-node'];
  return typeof node === 'string' ? node : null;
};

/** Socket options of a target; certificates are not verified, SNI follows the Host header. */
export const connectOptions = ({ localAddress, hostHeader, tls }: Target) => {
  const serverName = hostHeader?.replace(/:\d+$/, '');
  return {
    ...(localAddress ? { localAddress } : {}),
    ...(tls ? { rejectUnauthorized: false } : {}),
    ...(tls && serverName && isIP(serverName) === 0 ? { servername: serverName } : {}),
  };
};

/** The headers every request to a target carries, its cookies included. */
export const requestHeaders = ({ hostHeader, jar, headers }: Target): Record<string, string> => {
  const cookie = jar?.header();
  return { ...(hostHeader ? { Host: hostHeader } : {}), ...(cookie ? { Cookie: cookie } : {}), ...headers };
};
