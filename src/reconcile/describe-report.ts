import type { ServerUpdate } from '../plan/change.ts';
import { describeUpdate } from '../plan/classify-change.ts';
import type { RefusedBy } from '../publish/publish.ts';
import type { OutputReport } from './publish-output.ts';

/** How an output fared, in words. */
export interface Told {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** What a person can do about it; null where the message says it all. */
  readonly hint: string | null;
}

/** More than this in one line is read by nobody. */
const MOST = 10;

/** What there is to say of an output. Pure. */
export const describeReport = ({ target, file, result }: OutputReport): Told => {
  const tell = (level: Told['level'], message: string, hint: string | null = null): Told => ({
    level,
    message: `${target}: ${message}`,
    hint,
  });
  const refusedBy = (by: RefusedBy): Told => {
    const { message, hint } = REFUSED[by](target);
    return tell('error', `${message}; ${file} stays as it was`, hint);
  };
  switch (result.outcome) {
    case 'none':
      return tell('debug', 'nothing to do');
    case 'written':
      return tell('info', `${file} is written`);
    case 'servers':
      return tell(
        'info',
        `changed without a reload: ${listed(result.updates.map(describeUpdate)) || 'servers'}`,
      );
    case 'reload':
      return tell('info', `reloaded: ${listed(result.reasons)}`);
    case 'waiting':
      return tell(
        'warn',
        `a reload waits, since ${result.oldWorkers} sets of old workers still serve sockets: ${listed(result.reasons)}${meanwhile(result.meanwhile)}`,
        'their sockets are closed after watch.oldWorkerTime; watch.oldWorkers says how many there may be',
      );
    case 'splayed':
      return tell(
        'info',
        `a reload waits up to watch.splay, so that not all balancers reload at one moment: ${listed(result.reasons)}${meanwhile(result.meanwhile)}`,
      );
    case 'stopped':
      return tell('error', `${file} is up to date, but no proxy serves it: ${result.reason}`, result.hint);
    case 'refused':
      return refusedBy(result.by);
    case 'restored':
      return result.serving.ok
        ? tell('error', `the configuration was not taken; the last good one is back in ${file}, and serves`)
        : tell(
            'error',
            `the configuration was not taken; the last good one is back in ${file}: ${result.serving.output}`,
          );
    case 'locked':
      return tell(
        'error',
        `${file} is kept by another meteor-lb${result.pid > 0 ? ` (process ${result.pid})` : ''}`,
        'only one may keep a file: stop the other, or leave the work to it',
      );
    case 'failed':
      return tell('error', result.error.message, result.error.hint);
  }
};

const meanwhile = (updates: readonly ServerUpdate[]): string =>
  updates.length === 0 ? '' : `; meanwhile without it: ${listed(updates.map(describeUpdate))}`;

/** Who was in the way, in words. */
const REFUSED: Readonly<
  Record<RefusedBy, (target: string) => { readonly message: string; readonly hint: string | null }>
> = {
  check: (target) => ({ message: `the configuration is refused by ${target}'s own check`, hint: null }),
  nobody: (target) => ({
    message: 'the configuration could not be checked',
    hint: `install ${target}, or say where it is with ${target}.binary`,
  }),
  port: () => ({
    message: 'another process listens where the configuration wants to',
    hint: 'end it, or change `listen`',
  }),
};

const listed = (items: readonly string[]): string =>
  items.length <= MOST
    ? items.join('; ')
    : `${items.slice(0, MOST).join('; ')}; and ${items.length - MOST} more`;
