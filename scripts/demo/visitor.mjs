import SockJS from 'sockjs-client';
import { keepSession } from './page/session.js';

/** One visitor: a browser that keeps the balancer's cookie, or a client that does not. */
export function openVisitor({ number, kind, afterMs, url, onChange, onMove }) {
  let cookie = null;

  // As in a browser, where SockJS asks for /info first: that answer sets the cookie, or puts it right.
  const askForCookie = async () => {
    const headers = cookie ? { Cookie: cookie } : {};
    const response = await fetch(`${url}/sockjs/info`, { headers });
    await response.text();
    const [set] = response.headers.getSetCookie();
    if (set) cookie = set.split(';', 1)[0];
  };

  const dial = async () => {
    if (kind === 'browser') await askForCookie();
    return new SockJS(`${url}/sockjs`, null, {
      transports: [kind === 'polling' ? 'xhr-polling' : 'websocket'],
      transportOptions: { websocket: { headers: cookie ? { Cookie: cookie } : {} } },
    });
  };

  const session = keepSession({ dial, onChange, onMove, afterMs });
  return {
    view: () => ({ number, kind, ...session.view() }),
    close: session.close,
  };
}
