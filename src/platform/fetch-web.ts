import { openWeb, type WebRequest } from './open-web.ts';
import { timedSignal } from './timed-signal.ts';

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
export const fetchWeb = async (
  asked: WebRequest,
  { timeoutMs, maxBytes }: WebLimits,
  outer: AbortSignal,
): Promise<WebAnswer> => {
  const { signal, end } = timedSignal(outer, timeoutMs);
  try {
    const response = await openWeb(asked, signal);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw Object.assign(new Error(`the answer is larger than ${maxBytes} bytes`), { code: 'EMSGSIZE' });
      chunks.push(chunk);
    }
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: Buffer.concat(chunks).toString(),
    };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    end();
  }
};
