import type { SourceOf } from '../../../cluster/schema/source.ts';
import { LbError } from '../../../diagnostics/lb-error.ts';
import type { WebAnswer } from '../../../platform/fetch-web.ts';
import type { WebRequest } from '../../../platform/open-web.ts';
import type { System } from '../../../platform/system.ts';
import { networkReason } from '../../network-reason.ts';
import { readLogin } from '../../read-login.ts';
import { readNodes } from '../../read-nodes.ts';
import { readSecret, TOKEN } from '../../read-secret.ts';
import { readTls } from '../../read-tls.ts';
import { DEFAULT_INTERVAL_MS, type Listing, listed, type Source, unreadable } from '../../source.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** A list of nodes that a web server answers, in the forms of a file. It is not sent again while the server says that it is the same. */
export const httpSource = (settings: SourceOf<'http'>, resolve: (path: string) => string): Source => {
  const { http: url, timeout = DEFAULT_TIMEOUT_MS, interval = DEFAULT_INTERVAL_MS } = settings;
  const source = `http ${publicPart(url)}`;
  let known: { readonly etag: string; readonly listing: Listing } | null = null;

  const read = ({ status, headers, text }: WebAnswer): Listing => {
    if (status === 304 && known !== null) return known.listing;
    if (status !== 200) return unreadable(source, explain(url, status, headers.location));
    const listing = listed(source, readNodes(text, publicPart(url)));
    const { etag } = headers;
    known = typeof etag === 'string' && listing.entries !== null ? { etag, listing } : null;
    return listing;
  };
  const request = async (system: System): Promise<WebRequest> => {
    const authorization = await readAuthorization(settings, resolve, system);
    const headers = {
      accept: 'application/json, */*;q=0.5',
      ...(known === null ? {} : { 'if-none-match': known.etag }),
      ...(authorization === null ? {} : { authorization }),
    };
    return { url, headers, tls: await readTls(settings, resolve, system) };
  };

  return {
    name: source,
    files: [],
    intervalMs: interval,
    ask: async (system, signal) => {
      try {
        const limits = { timeoutMs: timeout, maxBytes: MAX_BYTES };
        return read(await system.fetch(await request(system), limits, signal));
      } catch (error) {
        const reason =
          error instanceof LbError ? error.message : `${publicPart(url)}: ${networkReason(error)}`;
        return unreadable(source, reason);
      }
    },
  };
};

/** What says who asks; null where nothing does. */
const readAuthorization = async (
  { tokenFile, tokenEnv, ...keys }: SourceOf<'http'>,
  resolve: (path: string) => string,
  system: System,
): Promise<string | null> => {
  const token = await readSecret({ file: tokenFile, env: tokenEnv }, TOKEN, resolve, system);
  if (token !== null) return `Bearer ${token}`;
  const login = await readLogin(keys, resolve, system);
  return login === null ? null : `Basic ${Buffer.from(`${login.name}:${login.password}`).toString('base64')}`;
};

/** Without what may be a secret: the query, and in where a redirect leads a user and a password. */
const publicPart = (url: string): string => {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};

const explain = (url: string, status: number, location: unknown): string => {
  const what = `${publicPart(url)} answers with status ${status}`;
  if (status < 300 || status >= 400 || typeof location !== 'string') return what;
  return URL.canParse(location, url)
    ? `${what}: name what it leads to, ${publicPart(new URL(location, url).href)}`
    : what;
};
