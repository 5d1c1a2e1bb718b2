import { byId, element } from './element.js';

const MOST = 15;

const shown = new Set();

/** What happened last, newest first. Entries that are there stay as they are, open or closed. */
export const showJournal = (events) => {
  for (const event of events.toSorted((one, other) => one.at - other.at)) {
    const key = `${event.at} ${event.text}`;
    if (shown.has(key)) continue;
    shown.add(key);
    byId('journal').prepend(entry(event));
  }
  while (byId('journal').childElementCount > MOST) byId('journal').lastElementChild.remove();
};

const entry = ({ at, text, detail }) =>
  element(
    'li',
    {},
    element('time', {}, new Date(at).toLocaleTimeString([], { hourCycle: 'h23' })),
    detail === null ? text : element('details', {}, element('summary', {}, text), element('pre', {}, detail)),
  );
