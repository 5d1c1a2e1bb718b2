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
    let rest = '';
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (!signal.aborted && line !== '') onLine(line);
      if (rest.length > LONGEST_LINE)
        throw Object.assign(new Error('a line of the answer is too long'), { code: 'EMSGSIZE' });
    }
  } catch (error) {
    if (outer.aborted || !signal.aborted) throw error;
  } finally {
    end();
  }
};
