import { openWeb } from './open-web.ts';
import type { System } from './system.ts';
import { timedSignal } from './timed-signal.ts';

const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Asks a web server that answers line by line for as long as it likes; resolves when it ends, or the time is over. Rejects as `fetch`
 * does.
 */
export const streamWeb: System['stream'] = async (asked, timeoutMs, outer, onLine) => {
  const { signal, end } = timedSignal(outer, timeoutMs);
  try {
    const response = await openWeb(asked, signal);
    response.setEncoding('utf8');
    let begun: string[] = [];
    let length = 0;
    for await (const chunk of response as AsyncIterable<string>) {
      const [first = '', ...others] = chunk.split('\n');
      begun.push(first);
      length += first.length;
      if (length > LONGEST_LINE)
        throw Object.assign(new Error('a line of the answer is too long'), { code: 'EMSGSIZE' });
      const rest = others.pop();
      if (rest === undefined) continue;
      for (const line of [begun.join(''), ...others]) if (!signal.aborted && line !== '') onLine(line);
      begun = [rest];
      length = rest.length;
    }
  } catch (error) {
    if (outer.aborted || !signal.aborted) throw error;
  } finally {
    end();
  }
};
