import type { System } from '../../platform/system.ts';

/** HAProxy's command line, as far as it was understood; the message is for users. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** Commands that are sent at once: HAProxy is done with 1,000 in less than a second. */
const MOST_AT_ONCE = 1_000;
const TIMEOUT_MS = 10_000;
const PROMPT = '\n> ';

/**
 * Runs commands over a worker's socket; one answer for each, without blanks around it. Many commands are few round
 * trips. Rejects with the system's error, or with CliError where not every command has an answer.
 */
export const askWorker = async (
  system: Pick<System, 'ask'>,
  socket: string,
  commands: readonly string[],
  timeoutMs = TIMEOUT_MS,
): Promise<readonly string[]> => {
  const answers: string[] = [];
  for (let start = 0; start < commands.length; start += MOST_AT_ONCE) {
    const some = commands.slice(start, start + MOST_AT_ONCE);
    answers.push(...(await askAtOnce(system, socket, some, timeoutMs)));
  }
  return answers;
};

/**
 * With a prompt after each answer, where one ends is seen: many answers are empty. HAProxy closes at `quit`: 3.0, told that
 * no more will come, was seen to close before the last of a thousand answers.
 */
const askAtOnce = async (
  system: Pick<System, 'ask'>,
  socket: string,
  commands: readonly string[],
  timeoutMs: number,
): Promise<readonly string[]> => {
  const output = await system.ask(socket, ['prompt', ...commands, 'quit', ''].join('\n'), timeoutMs, {
    staysOpen: true,
  });
  const [before, ...answers] = output.split(PROMPT);
  const after = answers.pop();
  if (before !== '' || after !== '' || answers.length !== commands.length) {
    const missing = commands[answers.length] ?? commands.at(-1) ?? '';
    throw new CliError(`${socket} gave no answer to "${missing}" that could be read: ${excerpt(output)}`);
  }
  return answers.map((answer) => answer.trim());
};

/** The end of a text, in a line: what was said last is what went wrong. */
export const excerpt = (text: string): string =>
  text.length <= 200 ? JSON.stringify(text) : `…${JSON.stringify(text.slice(-200))}`;
