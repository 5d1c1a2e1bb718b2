import type { Argv, CommandModule } from 'yargs';
import { FORMATS, type Format, formatDiagnostics, visible } from '../../diagnostics/format.ts';
import { EXIT } from '../../diagnostics/lb-error.ts';
import type { System } from '../../platform/system.ts';
import { type TargetName, targetNames } from '../../targets/registry.ts';

interface Options {
  readonly cluster?: string;
  readonly inventory?: string;
  readonly target?: TargetName;
  readonly format: Format;
  readonly quiet: boolean;
}

/** `validate`: all that is wrong with a description. */
export const validateCommand = (
  system: System,
  exit: (code: number) => void,
): CommandModule<object, Options> => ({
  command: 'validate',
  describe: 'Find all that is wrong with a cluster description',
  builder: (yargs: Argv) =>
    yargs
      .option('format', {
        choices: FORMATS,
        default: 'text' as const,
        describe: 'How to print findings; github is for annotations',
      })
      .option('target', { alias: 't', choices: targetNames, describe: 'Tell the limits of this proxy alone' })
      .option('inventory', {
        type: 'string',
        requiresArg: true,
        describe: 'File with the nodes, instead of the sources of the description',
      })
      .example('$0 validate', 'Check cluster.yaml')
      .example('$0 validate --format github', 'Annotate a pull request') as unknown as Argv<Options>,
  handler: async ({ format, quiet, ...options }) => {
    const { validate } = await import('../../commands/validate.ts');
    const { file, refusal, diagnostics, summary } = await validate(options, system);
    const shown = quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics;
    const print = format === 'text' ? system.stderr : system.stdout;
    print(formatDiagnostics(shown, format, system));
    if (refusal !== null) exit(EXIT[refusal.failure]);
    if (format !== 'text' || (quiet && refusal === null)) return;
    system.stderr(
      visible(refusal === null ? `${file} is valid: ${summary}` : `meteor-lb: ${refusal.message}`).concat(
        '\n',
      ),
    );
  },
});
