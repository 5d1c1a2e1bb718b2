import type { Argv, CommandModule } from 'yargs';
import { formatDiagnostics, visible } from '../../diagnostics/format.ts';
import { EXIT } from '../../diagnostics/lb-error.ts';
import type { System } from '../../platform/system.ts';
import type { OutputReport } from '../../reconcile/publish-output.ts';
import { type TargetName, targetNames } from '../../targets/registry.ts';

/** What the options of the commands that publish give. */
export interface PublishArguments {
  readonly cluster?: string;
  readonly inventory?: string;
  readonly target?: TargetName;
  readonly out?: string;
  readonly proxyVersion?: string;
  readonly allowShrink: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Options of the commands that publish. */
export const publishOptions = (yargs: Argv): Argv =>
  yargs
    .option('target', {
      alias: 't',
      choices: targetNames,
      describe: 'Proxy to write for. Default: all with an output',
    })
    .option('out', {
      alias: 'o',
      type: 'string',
      requiresArg: true,
      describe: 'File to write. Default: nginx.output, haproxy.output of the description',
    })
    .option('proxy-version', {
      type: 'string',
      requiresArg: true,
      describe: 'Version of the proxy to write for, such as 1.22',
    })
    .option('inventory', {
      type: 'string',
      requiresArg: true,
      describe: 'File with the nodes, instead of the sources of the description',
    })
    .option('allow-shrink', {
      type: 'boolean',
      default: false,
      describe: 'Obey a list of nodes however much it shrinks',
    });

/** `apply`: brings the running proxies in step, once. */
export const applyCommand = (
  system: System,
  exit: (code: number) => void,
): CommandModule<object, PublishArguments> => ({
  command: 'apply',
  describe: 'Publish the configuration and bring the running proxy in step, once',
  builder: (yargs: Argv) =>
    publishOptions(yargs)
      .example('$0 apply', 'Publish all outputs of cluster.yaml')
      .example(
        '$0 apply -t nginx -o /etc/nginx/nginx.conf',
        'Check, write, reload, and see that it serves',
      ) as unknown as Argv<PublishArguments>,
  handler: async ({ quiet, verbose, ...options }) => {
    const { apply } = await import('../../commands/apply.ts');
    const { outputs, notices } = await apply(options, system);
    if (!quiet) for (const { message } of notices) system.stderr(`meteor-lb: ${visible(message)}\n`);
    for (const output of outputs) await sayReport(output, { quiet, verbose }, system);
    exit(Math.max(...outputs.map(exitCodeOf)));
  },
});

/** Says how an output fared, and all that was found. */
export const sayReport = async (
  output: OutputReport,
  { quiet, verbose }: { readonly quiet: boolean; readonly verbose: boolean },
  system: System,
): Promise<void> => {
  const { describeReport } = await import('../../reconcile/describe-report.ts');
  const shown = output.diagnostics.filter(
    ({ severity }) => severity === 'error' || (!quiet && (severity === 'warning' || verbose)),
  );
  const failure = output.result.outcome === 'failed' ? output.result.error.diagnostics : [];
  system.stderr(formatDiagnostics([...shown, ...failure], 'text', system));
  const { level, message, hint } = describeReport(output);
  if (level !== 'error' && quiet) return;
  system.stderr(`${visible(message)}\n`);
  if (hint !== null) system.stderr(`    ${visible(hint)}\n`);
};

/** The exit code that says how an output fared. */
export const exitCodeOf = ({ result }: OutputReport): number => {
  switch (result.outcome) {
    case 'refused':
      return result.by === 'port' ? EXIT.apply : EXIT.check;
    case 'failed':
      return result.error.exitCode;
    case 'restored':
    case 'stopped':
    case 'locked':
    case 'waiting':
    case 'splayed':
      return EXIT.apply;
    default:
      return EXIT.ok;
  }
};
