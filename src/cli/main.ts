import yargs, { type Argv } from 'yargs';
import { EXIT } from '../diagnostics/lb-error.ts';
import type { System } from '../platform/system.ts';
import { applyCommand } from './commands/apply.ts';
import { joinCommand } from './commands/join.ts';
import { drainCommand, readyCommand } from './commands/node-state.ts';
import { nodesCommand } from './commands/nodes.ts';
import { renderCommand } from './commands/render.ts';
import { schemaCommand } from './commands/schema.ts';
import { validateCommand } from './commands/validate.ts';
import { watchCommand } from './commands/watch.ts';
import { report } from './report.ts';
import { refuseCommandLine, refuseEmpty, usageError } from './usage-error.ts';
import { version } from './version.ts';

/** Runs a command line; the exit code. Never throws. */
export const main = async (argv: readonly string[], platform: System): Promise<number> => {
  let exitCode: number = EXIT.ok;
  const exit = (code: number): void => {
    exitCode = code;
  };
  try {
    await build(platform, exit).parseAsync([...argv], {}, (_error, _parsed, output) => {
      if (output !== '') platform.stdout(`${output}\n`);
    });
    return exitCode;
  } catch (error) {
    return report(error, platform);
  }
};

const build = (platform: System, exit: (code: number) => void): Argv =>
  yargs()
    .locale('en')
    .parserConfiguration({
      'duplicate-arguments-array': false, // the last one counts
      'populate--': true, // what comes after "--" is another's command line
    })
    .scriptName('meteor-lb')
    .usage('$0 <command>\n\nConfigures nginx or HAProxy for a Meteor cluster.')
    .option('cluster', {
      alias: 'c',
      type: 'string',
      requiresArg: true,
      describe: 'Cluster description. Default: cluster.yaml, cluster.yml or cluster.json',
      global: true,
    })
    .option('quiet', {
      alias: 'q',
      type: 'boolean',
      default: false,
      describe: 'Say nothing but errors',
      global: true,
    })
    .option('verbose', { alias: 'v', type: 'boolean', default: false, describe: 'Say more', global: true })
    .command(validateCommand(platform, exit))
    .command(renderCommand(platform, exit))
    .command(applyCommand(platform, exit))
    .command(watchCommand(platform))
    .command(drainCommand(platform, exit))
    .command(readyCommand(platform, exit))
    .command(nodesCommand(platform, exit))
    .command(joinCommand(platform))
    .command(schemaCommand(platform))
    .completion('completion', 'Print a completion script: meteor-lb completion >> ~/.bashrc')
    .demandCommand(1, 'Say which command to run.')
    .recommendCommands()
    .strict()
    .version(version())
    .alias('help', 'h')
    .alias('version', 'V')
    .wrap(100)
    .exitProcess(false)
    .check(refuseEmpty)
    .check(refuseCommandLine)
    .fail((message, error) => {
      throw usageError(message, error);
    });
