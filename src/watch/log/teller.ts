import type { Fields, Level, Log } from './log.ts';

/** Says things that stay true once, and again only when they have changed. */
export interface Teller {
  /** One thing about a subject; what was said last about it is not repeated. */
  say(subject: string, level: Level, message: string, fields?: Fields): void;
  /**
   * All that is to be said about a subject now. What was said already is not repeated, unless something of it has gone: who
   * mended one thing sees what is left.
   */
  sayAll(subject: string, items: readonly { readonly level: Level; readonly message: string }[]): void;
  /** What was said about a subject is over. */
  forget(subject: string): void;
}

export const createTeller = (log: Log): Teller => {
  const said = new Map<string, string>();
  const standing = new Map<string, ReadonlySet<string>>();
  return {
    say: (subject, level, message, fields) => {
      const isNew = said.get(subject) !== message;
      said.set(subject, message);
      log[isNew ? level : 'debug'](message, fields);
    },
    sayAll: (subject, items) => {
      const before = standing.get(subject) ?? new Set();
      const levels = new Map(items.map(({ level, message }) => [message, level]));
      const now = new Set(levels.keys());
      const hasLess = [...before].some((message) => !now.has(message));
      for (const [message, level] of levels) if (hasLess || !before.has(message)) log[level](message);
      standing.set(subject, now);
    },
    forget: (subject) => {
      said.delete(subject);
      standing.delete(subject);
    },
  };
};
