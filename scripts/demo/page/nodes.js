import { badge, byId, element, order } from './element.js';

const cards = new Map();

/** One card per node, with a dot for each of its sessions. */
export const showNodes = (nodes, sessions) => {
  for (const node of nodes) {
    if (!cards.has(node.id)) cards.set(node.id, createCard(node));
    cards.get(node.id)(
      node,
      sessions.filter((session) => session.open && session.node === node.id),
    );
  }
  const open = sessions.filter((session) => session.open).length;
  const waiting = sessions.length - open;
  const reconnects = sessions.reduce((sum, session) => sum + session.reconnects, 0);
  byId('total').textContent =
    `${open} sessions open${waiting ? `, ${waiting} waiting for a node` : ''}, ${reconnects} reconnects`;
};

const createCard = ({ id, address }) => {
  const pill = element('span', {});
  const counts = element('p', { className: 'counts' });
  const dots = element('div', { className: 'dots', role: 'img' });
  const life = element('button', { type: 'button' });
  const state = element('button', { type: 'button' });
  const card = element(
    'li',
    { style: `--node: var(--${id})` },
    element('div', { className: 'card-head' }, badge(id), element('code', {}, address), pill),
    counts,
    dots,
    element('div', { className: 'buttons' }, life, state),
  );
  for (const button of [life, state])
    button.addEventListener('click', () => order(`nodes/${id}/${button.dataset.order}`));
  byId('nodes').append(card);

  return (node, sessions) => {
    card.className = node.running ? '' : 'stopped';
    pill.className = `pill ${node.running ? node.state : 'stopped'}`;
    pill.textContent = node.running ? node.state : 'killed';
    offer(life, node.running ? 'kill' : 'start', id);
    offer(state, node.state === 'ready' ? 'drain' : 'ready', id);
    counts.replaceChildren(
      element('b', {}, String(sessions.length)),
      ` session${sessions.length === 1 ? '' : 's'} · ${node.requests} requests`,
    );
    dots.setAttribute('aria-label', `${sessions.length} sessions`);
    showDots(dots, sessions);
  };
};

const offer = (button, what, id) => {
  button.dataset.order = what;
  button.textContent = what[0].toUpperCase() + what.slice(1);
  button.setAttribute('aria-label', `${button.textContent} node ${id}`);
};

/** Dots that are there already stay the same elements, so that only those that come are seen to arrive. */
const showDots = (dots, sessions) => {
  const old = new Map([...dots.children].map((dot) => [dot.dataset.number, dot]));
  dots.replaceChildren(
    ...sessions.map((session) => {
      const dot = old.get(String(session.number)) ?? element('i', { 'data-number': session.number });
      const arrived = old.has(String(session.number)) ? '' : ' arrived';
      const moves = session.way.length - 1;
      dot.className = `dot ${session.kind.replace(' ', '-')}${arrived}`;
      dot.textContent = moves || '';
      dot.title = `${session.kind} ${session.number}: ${session.transport}, ${session.way.join(' → ')}`;
      return dot;
    }),
  );
};
