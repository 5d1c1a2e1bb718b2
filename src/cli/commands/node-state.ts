import type { Argv, CommandModule } from 'yargs';
import { addressText } from '../../cluster/cluster.ts';
import { duration } from '../../cluster/schema/values.ts';
import { visible } from '../../diagnostics/format.ts';
import { EXIT, LbError } from '../../diagnostics/lb-error.ts';
import type { System } from '../../platform/system.ts';
import { exitCodeOf, type PublishArguments, publishOptions, sayReport } from './apply.ts';

interface Options extends PublishArguments {
  readonly node: string;
  readonly wait?: string;
}

type Exit = (code: number) => void;

/** `drain`: a node keeps the sessions it has and gets no new ones. */
export const drainCommand = (system: System, exit: Exit): CommandModule<object, Options> => ({
  command: 'drain <node>',
  describe: 'Give a node no new sessions, and wait until those it has are gone',
  builder: (yargs: Argv) =>
    node(yargs)
      .option('wait', {
        type: 'string',
        requiresArg: true,
        describe: 'Wait this long for its connections to end, such as 5m; exit 7 if some are left',
      })
      .example('$0 drain todos-10.0.0.11-3000 --wait 5m', 'Before a deploy') as unknown as Argv<Options>,
  handler: (options) => setState('drain', options, system, exit),
});

/** `ready`: a node that was drained takes sessions again. */
export const readyCommand = (system: System, exit: Exit): CommandModule<object, Options> => ({
  command: 'ready <node>',
  describe: 'Give a drained node new sessions again',
  builder: (yargs: Argv) => node(yargs) as unknown as Argv<Options>,
  handler: (options) => setState('ready', options, system, exit),
});

const node = (yargs: Argv): Argv =>
  publishOptions(yargs).positional('node', {
    type: 'string',
    demandOption: true,
    describe: 'Id of the node, or app/id',
  });

const setState = async (
  state: 'drain' | 'ready',
  options: Options,
  system: System,
  exit: Exit,
): Promise<void> => {
  const { wait, quiet, verbose, ...rest } = options;
  const waitMs = wait === undefined ? 0 : waitTime(wait);
  const { setNodeState, waitForSessions } = await import('../../commands/set-node-state.ts');
  const { app, node: found, outputs, kept, overruled } = await setNodeState({ ...rest, state }, system);
  const say = (text: string): void => {
    if (!quiet) system.stderr(`${visible(text)}\n`);
  };
  const name = `${app}/${found.id}`;
  for (const { target, file, taken } of kept) {
    say(
      taken
        ? `${target}: taken by the watch that keeps ${file}`
        : `${target}: the watch that keeps ${file} has not taken it within ten seconds: see its log`,
    );
  }
  for (const output of outputs) await sayReport(output, { quiet, verbose }, system);
  if (outputs.length === 0 && kept.length === 0)
    say(
      'noted; no output is named here: a watch that runs takes it at once, without one the next apply or watch brings it to the proxy',
    );
  exit(Math.max(EXIT.ok, ...outputs.map(exitCodeOf)));
  if (state === 'ready') {
    say(
      overruled
        ? `${name} stays as it is: the description, or the source that lists it, says state: ${found.state}`
        : `${name} is ready`,
    );
    return;
  }
  const left = await waitForSessions(
    found.address,
    waitMs,
    (count) => say(`${name}: ${connections(count)} left`),
    system,
  );
  if (left === null)
    say(`${name} drains; connections to ${addressText(found.address)} can not be counted here`);
  else if (left === 0) say(`${name} drains, and no connection of this machine leads to it`);
  else say(`${name} drains: ${connections(left)} left${wait === undefined ? '' : ` after ${wait}`}`);
  if (wait !== undefined && left !== 0) exit(EXIT.apply);
};

const connections = (count: number): string => `${count} connection${count === 1 ? '' : 's'}`;

const waitTime = (text: string): number => {
  const read = duration.safeParse(text);
  if (read.success) return read.data;
  throw new LbError('usage', `--wait ${JSON.stringify(text)} is not a time`, { hint: 'such as 30s or 5m' });
};
