import type { Argv, CommandModule } from 'yargs';
import { FORMATS, type Format, formatDiagnostics, visible } from '../../diagnostics/format.ts';
import { EXIT } from '../../diagnostics/lb-error.ts';
import type { Platform } from '../../platform/platform.ts';
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
  platform: Platform,
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
        describe: 'File with the nodes that are listed elsewhere',
      })
      .example('$0 validate', 'Check cluster.yaml')
      .example('$0 validate --format github', 'Annotate a pull request') as unknown as Argv<Options>,
  handler: async ({ format, quiet, ...options }) => {
    const { validate } = await import('../../commands/validate.ts');
    const { file, refusal, diagnostics, summary } = await validate(options, platform);
    const shown = quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics;
    const print = format === 'text' ? platform.stderr : platform.stdout;
    print(formatDiagnostics(shown, format, platform));
    if (refusal !== null) exit(EXIT[refusal.failure]);
    if (format !== 'text' || (quiet && refusal === null)) return;
    platform.stderr(
      visible(refusal === null ? `${file} is valid: ${summary}` : `meteor-lb: ${refusal.message}`).concat(
        '\n',
      ),
    );
  },
});
