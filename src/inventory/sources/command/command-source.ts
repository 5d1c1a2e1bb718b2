import { resolve as resolvePath } from 'node:path';
import type { SourceOf } from '../../../cluster/schema/source.ts';
import { readNodes } from '../../read-nodes.ts';
import { DEFAULT_INTERVAL_MS, listed, type Source, unreadable } from '../../source.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** What a program prints: JSON, YAML, or one host:port a line. It runs without a shell, where the description is. */
export const commandSource = (
  { command, timeout = DEFAULT_TIMEOUT_MS, interval = DEFAULT_INTERVAL_MS }: SourceOf<'command'>,
  resolve: (path: string) => string,
): Source => {
  const [program = ''] = command;
  const source = `command ${program}`; // its arguments may be secret
  return {
    name: source,
    files: [],
    intervalMs: interval,
    ask: async (system, signal) => {
      const whole = (path: string): string => resolvePath(system.cwd, resolve(path));
      const argv = program.includes('/') ? [whole(program), ...command.slice(1)] : command;
      const limits = { cwd: whole('.'), timeoutMs: timeout, maxBytes: MAX_BYTES };
      const { stdout, stderr, failed } = await system.capture(argv, limits, signal);
      if (failed !== null) return unreadable(source, explain(program, failed, timeout, stderr));
      return listed(source, readNodes(stdout, program));
    },
  };
};

const explain = (program: string, failed: string, timeoutMs: number, stderr: string): string => {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const suffix = said === '' ? '' : `: ${said}`;
  switch (failed) {
    case 'timeout':
      return `${program} did not end within ${timeoutMs} ms and was killed${suffix}`;
    case 'too much':
      return `${program} printed more than ${MAX_BYTES / 1024 / 1024} MB and was killed`;
    case 'ENOENT':
      return `there is no program ${program}`;
    case 'EACCES':
      return `${program} may not be run`;
    default:
      return `${program} failed: ${failed}${suffix}`;
  }
};
