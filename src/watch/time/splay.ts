import type { System } from '../../platform/system.ts';

/** Reloads that wait for a moment of their own, where several balancers see one change at one moment. */
export interface Splay {
  /** Tells that a source that others may ask, too, says something else. */
  changed(): void;
  /** Milliseconds until a reload may be done, at most `longestMs`, drawn anew for each change; 0 where nothing changed for the others. */
  waitMs(longestMs: number): number;
  /** A run begins; what it gives back is to be called when the changes before have led to all that they lead to. */
  begin(): () => void;
}

/** A splay for which nothing has changed yet. */
export const createSplay = (system: Pick<System, 'now' | 'random'>): Splay => {
  let changes = 0;
  let done = 0;
  let dueAt: number | null = null;
  return {
    changed: () => {
      changes++;
    },
    waitMs: (longestMs) => {
      if (changes === done) return 0;
      dueAt ??= system.now() + longestMs * system.random();
      return Math.max(0, Math.ceil(Math.min(dueAt - system.now(), longestMs)));
    },
    begin: () => {
      const seen = changes;
      return () => {
        done = seen;
        dueAt = null;
      };
    },
  };
};
