const KEPT = 60;

/** What happened, newest last, and who wants to hear that something did. */
export function createJournal() {
  const listeners = new Set();
  const events = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    events,
    changed,
    add: (text, detail = null) => {
      events.push({ at: Date.now(), text, detail });
      events.splice(0, events.length - KEPT);
      changed();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
