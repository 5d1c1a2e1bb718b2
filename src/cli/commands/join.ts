import process from 'node:process';
import type { Argv, CommandModule } from 'yargs';
import { LbError } from '../../diagnostics/lb-error.ts';
import type { WritableSource } from '../../join/choose-place.ts';
import type { System } from '../../platform/system.ts';

const ETCD_HINT =
  'such as http://127.0.0.1:2379; a user and a password have keys in the description: leave --etcd out';

interface Options {
  readonly cluster?: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly app: string;
  readonly directory?: string;
  readonly etcd?: string;
  readonly prefix?: string;
  readonly workers: string;
  readonly port: number;
  readonly host?: string;
  readonly grace: string;
  readonly lag?: string;
  readonly startTime: string;
  readonly logFormat: 'text' | 'json';
  readonly '--'?: readonly string[];
}

/** `join`: runs Meteor processes and lists them while they are well. */
export const joinCommand = (system: System): CommandModule<object, Options> => ({
  command: 'join',
  describe: 'Run Meteor processes, and list each one for the balancers while it is well',
  builder: (yargs: Argv) =>
    yargs
      .usage('$0 join --app APP [options] -- COMMAND…')
      .option('app', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'App they are nodes of',
      })
      .option('directory', {
        type: 'string',
        requiresArg: true,
        describe:
          'Folder to list them in. Default: the first directory or etcd of the app in the description',
      })
      .option('etcd', {
        type: 'string',
        requiresArg: true,
        describe: 'URL of an etcd to list them in, or several with commas between them; needs --prefix',
      })
      .option('prefix', { type: 'string', requiresArg: true, describe: 'Prefix of their keys in etcd' })
      .option('workers', {
        type: 'string',
        requiresArg: true,
        default: '1',
        describe: 'How many; auto is one a core, within the CPU quota',
      })
      .option('port', {
        type: 'number',
        requiresArg: true,
        default: 3000,
        describe: 'Port of the first one; the others follow',
      })
      .option('host', {
        type: 'string',
        requiresArg: true,
        describe:
          'IP address where they listen and balancers reach them. Default: BIND_IP, or with a directory 127.0.0.1',
      })
      .option('grace', {
        type: 'string',
        requiresArg: true,
        default: '60s',
        describe: 'How long sessions may go on when a process is to end',
      })
      .option('lag', {
        type: 'string',
        requiresArg: true,
        describe:
          'Time that balancers need to take a change of the list. Default: watch.ceiling, watch.splay and 1s; without a description 3s',
      })
      .option('start-time', {
        type: 'string',
        requiresArg: true,
        default: '2m',
        describe:
          'On SIGHUP, how long one may take until it is listed again; the others stay as they are where it is not',
      })
      .option('log-format', {
        choices: ['text', 'json'] as const,
        default: 'text' as const,
        describe: 'How to log; json is an object a line',
      })
      .example(
        '$0 join --app todos --workers auto -- node main.js',
        'A process a core',
      ) as unknown as Argv<Options>,
  handler: async (options) => {
    const command = options['--'] ?? [];
    if (command.length === 0)
      throw new LbError('usage', 'there is no command to run', {
        hint: 'write it after two dashes: meteor-lb join --app todos -- node main.js',
      });
    const [{ join }, { createLog }, values] = await Promise.all([
      import('../../commands/join.ts'),
      import('../../watch/log/log.ts'),
      import('../../cluster/schema/values.ts'),
    ]);
    const read = <Value>(name: string, schema: Schema<Value>, text: unknown, hint: string): Value => {
      const result = schema.safeParse(text);
      if (result.success) return result.data as Value;
      const shown = JSON.stringify(text).replace(/(?<=:\/\/)[^/@\s]*@/, '…@'); // no password
      throw new LbError('usage', `--${name} ${shown} is not right`, { hint });
    };
    const { logFormat, quiet, verbose, workers, port, grace, lag, startTime, host, app, cluster } = options;
    const plan = {
      app: read('app', values.appId, app, 'a letter, then up to 23 letters, digits, "_" or "-"'),
      cluster,
      source: sourceOf(options, (url) => read('etcd', values.plainUrl(ETCD_HINT), url, ETCD_HINT)),
      workers: countOf(workers),
      port: read('port', values.port, port, 'a number from 1 to 65535'),
      host: host === undefined ? undefined : read('host', values.ipAddress, host, HOST_HINT),
      graceMs: read('grace', values.duration, grace, 'such as 30s or 5m'),
      lagMs: lag === undefined ? undefined : read('lag', values.duration, lag, 'such as 3s or 30s'),
      startMs: read('start-time', values.duration, startTime, 'such as 30s or 5m'),
      command,
    };
    const level = quiet ? 'error' : verbose ? 'debug' : 'info';
    const log = await createLog(logFormat, level, system, () => new Date());
    const handlers = new Map<NodeJS.Signals, () => void>();
    const listen = (handler: (signal: NodeJS.Signals) => void): void => {
      for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) {
        const own = () => handler(signal);
        handlers.set(signal, own);
        process.on(signal, own);
      }
    };
    try {
      await join(plan, system, { log, signals: { listen }, env: process.env });
    } finally {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    }
  },
});

interface Schema<Value> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: Value };
}

const sourceOf = (
  { directory, etcd, prefix }: Options,
  readUrl: (url: string) => string,
): WritableSource | undefined => {
  if (directory !== undefined && etcd !== undefined)
    throw new LbError('usage', '--directory and --etcd stand beside one another: keep one of them');
  if ((etcd === undefined) !== (prefix === undefined))
    throw new LbError('usage', `--${etcd === undefined ? 'prefix' : 'etcd'} stands alone`, {
      hint: 'write both: --etcd http://127.0.0.1:2379 --prefix /meteor/todos',
    });
  if (directory !== undefined) return { directory };
  if (etcd === undefined || prefix === undefined) return undefined;
  return { etcd: { endpoints: etcd.split(',').map(readUrl), prefix } };
};

const countOf = (text: string): number | 'auto' => {
  if (text === 'auto') return text;
  if (/^[1-9][0-9]{0,2}$/.test(text)) return Number(text);
  throw new LbError('usage', `--workers ${JSON.stringify(text)} is not right`, {
    hint: 'a number from 1 to 999, or auto',
  });
};

const HOST_HINT = 'an IP address at which balancers reach this machine, such as 10.0.0.11';
