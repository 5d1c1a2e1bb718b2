import { createMoves } from './moves.mjs';
import { openVisitor } from './visitor.mjs';

const MOST = 200;
const APART_MS = 50;

/** Of five visitors, three are browsers that keep the cookie; two keep none, one of whom can't use WebSockets. */
const KINDS = ['browser', 'browser', 'no cookie', 'browser', 'polling'];

/** Other people's sessions, opened from here with cookies of their own. */
export function createVisitors(url, journal) {
  const visitors = [];
  const moves = createMoves(journal);
  return {
    open: (count) => {
      const room = Math.min(count, MOST - visitors.length);
      for (let index = 0; index < room; index += 1) {
        const number = visitors.length + 1;
        const kind = KINDS[number % KINDS.length];
        const afterMs = index * APART_MS;
        visitors.push(
          openVisitor({ number, kind, afterMs, url, onChange: journal.changed, onMove: moves.add }),
        );
      }
      journal.add(room === count ? `${count} visitors came` : `${room} visitors came: ${MOST} are the most`);
    },
    list: () => visitors.map((visitor) => visitor.view()),
    stop: () => {
      const count = visitors.length;
      for (const visitor of visitors.splice(0)) visitor.close();
      if (count > 0) journal.add(`${count} visitors left`);
    },
  };
}
