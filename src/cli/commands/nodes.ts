import type { Argv, CommandModule } from 'yargs';
import type { NodeRow } from '../../commands/nodes.ts';
import { visible } from '../../diagnostics/format.ts';
import { EXIT } from '../../diagnostics/lb-error.ts';
import type { System } from '../../platform/system.ts';

interface Options {
  readonly cluster?: string;
  readonly inventory?: string;
  readonly allowShrink: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `nodes`: all nodes that there are now, and why each is there. */
export const nodesCommand = (
  system: System,
  exit: (code: number) => void,
): CommandModule<object, Options> => ({
  command: 'nodes',
  describe: 'List the nodes there are now, and where each comes from',
  builder: (yargs: Argv) =>
    yargs
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'Print what is believed of the sources as --inventory reads it',
      })
      .option('inventory', {
        type: 'string',
        requiresArg: true,
        describe: 'File with the nodes, instead of the sources of the description',
      })
      .option('allow-shrink', {
        type: 'boolean',
        default: false,
        describe: 'Believe a list of nodes however much it shrank',
      })
      .example('$0 nodes', 'Why is this node here?')
      .example(
        '$0 nodes --json > inventory.json',
        'What render takes with --inventory',
      ) as unknown as Argv<Options>,
  handler: async ({ json, quiet, ...options }) => {
    const { listNodes } = await import('../../commands/nodes.ts');
    const { rows, inventory, notices } = await listNodes(options, system);
    if (!quiet) for (const { message } of notices) system.stderr(`meteor-lb: ${visible(message)}\n`);
    system.stdout(json ? `${JSON.stringify(inventory, null, 2)}\n` : tableOf(rows));
    if (notices.some(({ kind }) => kind === 'guard')) exit(EXIT.inventory);
  },
});

const HEAD = ['app', 'node', 'address', 'state', 'weight', 'source'];

const tableOf = (rows: readonly NodeRow[]): string => {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
};

const cellsOf = ({ app, id, address, state, weight, backup, source, isByCommand }: NodeRow): string[] => [
  app,
  id,
  address,
  `${state}${isByCommand ? ' (by command)' : ''}${backup ? ', backup' : ''}`,
  String(weight),
  visible(source),
];
