import type { Level, Log } from '../../../src/watch/log/log.ts';

/** A log, and what it was told: the level and the message. */
export const heardLog = (): { readonly lines: string[]; readonly log: Log } => {
  const lines: string[] = [];
  const at =
    (level: Level) =>
    (message: string): void =>
      void lines.push(`${level} ${message}`);
  return {
    lines,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as Log,
  };
};
