import type { Argv, CommandModule } from 'yargs';
import { formatDiagnostics, visible } from '../../diagnostics/format.ts';
import { EXIT, LbError } from '../../diagnostics/lb-error.ts';
import type { System } from '../../platform/system.ts';
import { type TargetName, targetNames } from '../../targets/registry.ts';

interface Options {
  readonly cluster?: string;
  readonly inventory?: string;
  readonly target: TargetName;
  readonly out?: string;
  readonly check: boolean;
  readonly proxyVersion?: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** `render`: the configuration on stdout, or in a file. */
export const renderCommand = (
  system: System,
  exit: (code: number) => void,
): CommandModule<object, Options> => ({
  command: 'render',
  describe: 'Print the configuration of a proxy, or write it to a file',
  builder: (yargs: Argv) =>
    yargs
      .option('target', {
        alias: 't',
        choices: targetNames,
        demandOption: true,
        describe: 'Proxy to write for',
      })
      .option('out', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'File to write instead of stdout',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'Write nothing; exit 10 with a diff where the file of --out differs',
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
      .example('$0 render --target nginx', 'Show what nginx would get')
      .example('$0 render -t haproxy -o haproxy.cfg', 'Write a file to commit')
      .example(
        '$0 render -t haproxy -o haproxy.cfg --check',
        'In CI: is the committed file up to date?',
      ) as unknown as Argv<Options>,
  handler: async ({ out, check, quiet, verbose, ...options }) => {
    if (check && out === undefined) {
      throw new LbError('usage', '--check compares with a file: name it with --out', {});
    }
    const { renderFile, checkDrift, writeOutput } = await import('../../commands/render.ts');
    const { text, diagnostics } = await renderFile(options, system);
    const worthSaying = diagnostics.filter(
      ({ severity }) => severity === 'warning' || (verbose && severity === 'info'),
    );
    if (!quiet) system.stderr(formatDiagnostics(worthSaying, 'text', system));
    if (out === undefined) return system.stdout(text);
    if (!check) {
      const kept = await writeOutput(out, text, system);
      if (kept !== null && !quiet) system.stderr(`meteor-lb: ${visible(kept)}\n`);
      if (verbose) system.stderr(`${out} is written\n`);
      return;
    }
    const diff = await checkDrift(out, text, system);
    if (diff === null) return;
    system.stderr(`${diff}meteor-lb: ${out} is not what the description gives\n`);
    exit(EXIT.drift);
  },
});
