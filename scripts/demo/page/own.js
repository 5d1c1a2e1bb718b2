import { showCookie } from './cookie.js';
import { badge, byId, order } from './element.js';
import { keepSession } from './session.js';

const LOADS_SHOWN = 8;

/** What this browser itself does: it loads pages of the app, and keeps a DDP session. */
export const startOwn = async (onChange) => {
  const events = [];
  const loads = [];
  let polling = false;

  const load = async (times) => {
    for (let index = 0; index < times; index += 1) {
      const response = await fetch('/', { cache: 'no-store' });
      loads.push(response.headers.get('X-Test-Node'));
    }
    byId('loads').replaceChildren(...loads.slice(-LOADS_SHOWN).map(badge));
    await showCookie();
  };

  await load(1); // a page comes before its session, and brings the cookie
  const session = keepSession({
    dial: async () => new SockJS('/sockjs', null, { transports: [polling ? 'xhr-polling' : 'websocket'] }),
    onChange: () => {
      showSession(session.view());
      if (session.view().open) showCookie();
      onChange();
    },
    onMove: (move) => events.push({ at: Date.now(), text: sentence(move), detail: null }),
  });

  byId('load').addEventListener('click', () => load(5));
  byId('again').addEventListener('click', session.again);
  byId('polling').addEventListener('click', ({ currentTarget }) => {
    polling = !polling;
    currentTarget.setAttribute('aria-pressed', polling);
    session.again();
  });
  byId('forget').addEventListener('click', async () => {
    await order('cookie/forget');
    await load(1);
    session.again();
  });
  return { view: session.view, events };
};

const sentence = ({ from, to, gapMs }) =>
  from === to
    ? `This browser's session is open again on ${to} after ${gapMs} ms`
    : `This browser's session went from ${from} to ${to} within ${gapMs} ms`;

const showSession = ({ open, node, transport, address, reconnects }) => {
  const status = node === null ? 'connecting…' : `lost on ${node}, reconnecting…`;
  byId('session').replaceChildren(...(open ? [badge(node), ` by ${transport}`] : [status]));
  const times = reconnects === 1 ? '1 reconnect' : `${reconnects} reconnects`;
  byId('session-note').textContent = `${times}. Meteor sees the address ${address ?? '…'}.`;
};
