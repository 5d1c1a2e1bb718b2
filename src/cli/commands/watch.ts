import process from 'node:process';
import type { Argv, CommandModule } from 'yargs';
import { LbError } from '../../diagnostics/lb-error.ts';
import type { System } from '../../platform/system.ts';
import { type PublishArguments, publishOptions } from './apply.ts';

interface Options extends PublishArguments {
  readonly reload: boolean;
  readonly start: boolean;
  readonly status?: string;
  readonly logFormat: 'text' | 'json';
}

/** `watch`: keeps files, and with `--reload` the running proxies, in step with the cluster. */
export const watchCommand = (system: System): CommandModule<object, Options> => ({
  command: 'watch',
  describe: 'Follow the cluster: write the configuration on each change, and reload the proxy',
  builder: (yargs: Argv) =>
    publishOptions(yargs)
      .option('reload', {
        type: 'boolean',
        default: false,
        describe: 'Bring the running proxy in step, too; without it, the file alone is kept',
      })
      .option('start', {
        type: 'boolean',
        default: false,
        describe: 'Run the proxy as a child, in the foreground; implies --reload',
      })
      .option('status', {
        type: 'string',
        requiresArg: true,
        describe: 'Serve /healthz, /readyz and /metrics there, such as 127.0.0.1:9180',
      })
      .option('log-format', {
        choices: ['text', 'json'] as const,
        default: 'text' as const,
        describe: 'How to log; json is an object a line',
      })
      .example('$0 watch --reload', 'Keep all outputs of cluster.yaml, and their proxies, in step')
      .example(
        '$0 watch --start -t nginx -o nginx.conf',
        'Run nginx, too, as in a container',
      ) as unknown as Argv<Options>,
  handler: async ({ reload, start, status, logFormat, quiet, verbose, ...options }) => {
    const [{ watch }, { createLog }, { parseAddress }] = await Promise.all([
      import('../../commands/watch.ts'),
      import('../../watch/log/log.ts'),
      import('../../watch/status/parse-address.ts'),
    ]);
    if (options.out !== undefined && options.target === undefined)
      throw new LbError('usage', '--out names a file: say for which proxy with --target');
    const level = quiet ? 'error' : verbose ? 'debug' : 'info';
    const log = await createLog(logFormat, level, system, () => new Date());
    const handlers = new Map<NodeJS.Signals, () => void>();
    const signals = {
      listen: (handler: (signal: NodeJS.Signals) => void) => {
        for (const signal of SIGNALS) {
          const own = () => handler(signal);
          handlers.set(signal, own);
          process.on(signal, own);
        }
      },
    };
    try {
      await watch(
        {
          ...options,
          reload: reload || start,
          start,
          status: status === undefined ? null : parseAddress(status),
        },
        system,
        { log, signals, env: process.env, pid: process.pid },
      );
    } finally {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    }
  },
});

const SIGNALS = ['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR1'] as const;
