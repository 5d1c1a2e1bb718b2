import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Fields, Level, Log } from './log.ts';

/** Says things that stay true once, and again only when they have changed. */
export interface Teller {
  /** One thing about a subject; what was said last about it is not repeated. */
  say(subject: string, level: Level, message: string, fields?: Fields): void;
  /** All that is to be said about a subject now; what was said already is not repeated. */
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
      const now = new Set<string>();
      for (const { level, message } of items) {
        if (!before.has(message) && !now.has(message)) log[level](message);
        now.add(message);
      }
      standing.set(subject, now);
    },
    forget: (subject) => {
      said.delete(subject);
      standing.delete(subject);
    },
  };
};

/** A finding as a line of a log. */
export const diagnosticLine = ({ place, message, hint }: Diagnostic): string => {
  const where = place === null ? '' : `${place.file}:${place.line}:${place.column} `;
  return `${where}${message}${hint === null ? '' : ` (${hint})`}`;
};
