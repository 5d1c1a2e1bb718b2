import { byId, order } from './element.js';
import { showJournal } from './journal.js';
import { showNodes } from './nodes.js';
import { startOwn } from './own.js';
import { showSessions } from './sessions.js';

let state = null;
let own = null;

const show = () => {
  if (!state || !own) return;
  const { target, version, port, file, nodes, visitors, events } = state;
  const sessions = [{ number: 0, kind: 'own', ...own.view() }, ...visitors];
  byId('setting').textContent =
    `${target} ${version} on 127.0.0.1:${port}, ${nodes.length} Meteor nodes behind it`;
  byId('config').textContent = file;
  byId('config').href = file;
  showNodes(nodes, sessions);
  showSessions(sessions);
  showJournal([...events, ...own.events]);
};

const stream = new EventSource('events');
stream.onmessage = ({ data }) => {
  state = JSON.parse(data);
  byId('gone').hidden = true;
  show();
};
stream.onerror = () => {
  byId('gone').hidden = false;
};

own = await startOwn(show);
show();

byId('open').addEventListener('click', () => order('visitors/open'));
byId('close').addEventListener('click', () => order('visitors/close'));
