import { byId, element } from './element.js';

/** Every session in a table, for those who want to know it exactly; made only while it is open. */
export const showSessions = (sessions) => {
  const details = byId('sessions');
  details.ontoggle = () => showSessions(sessions);
  if (!details.open) return;
  details.querySelector('tbody').replaceChildren(...sessions.map(row));
};

const row = ({ number, kind, transport, open, node, reconnects, way }) =>
  element(
    'tr',
    {},
    ...[
      number === 0 ? 'this browser' : String(number),
      number === 0 ? 'browser' : kind,
      transport ?? '',
      open ? node : '—',
      String(reconnects),
      way.join(' → '),
    ].map((text) => element('td', {}, text)),
  );
