import { spawnSync } from 'node:child_process';

/**
 * Runs a command to its end and returns what it printed, on both streams.
 * Throws, with the command and its output in the message, when it fails.
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.error) throw result.error;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`;
  if (result.status !== 0) {
    const end = result.signal ?? `exit code ${result.status}`;
    throw new Error(`${command} ${args.join(' ')}: ${end}\n${output}`.trimEnd());
  }
  return output;
}
