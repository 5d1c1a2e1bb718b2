const TOGETHER_MS = 100;
const BEAT_MS = 15_000;

/** Sends every listening page what it is to show, again after each change. */
export function createEventStream(view, journal) {
  const listeners = new Set();
  let timer = null;

  const message = () => `data: ${JSON.stringify(view())}\n\n`;
  const sendAll = (text) => {
    for (const response of listeners) response.write(text);
  };
  const unlisten = journal.listen(() => {
    timer ??= setTimeout(() => {
      timer = null;
      sendAll(message());
    }, TOGETHER_MS);
  });
  const beat = setInterval(() => sendAll(': beat\n\n'), BEAT_MS);

  return {
    add: (_request, response) => {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no', // nginx holds back nothing
      });
      response.write(`retry: 1000\n${message()}`);
      listeners.add(response);
      response.once('close', () => listeners.delete(response));
    },
    stop: () => {
      unlisten();
      clearTimeout(timer);
      clearInterval(beat);
      for (const response of listeners) response.end();
    },
  };
}
