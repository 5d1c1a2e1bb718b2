import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { env, execPath, kill } from 'node:process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { type RunningCli, runningCli } from '../support/running-cli.ts';
import { ROOT } from './blocks.ts';

/** Where a test does what a document tells its readers to do: an empty folder, and the programs that they have. */
export interface Terminal {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  /** Runs a script to its end; rejects where a part of it fails. */
  run(
    script: string,
    more?: { readonly cwd?: string },
  ): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Runs a line that goes on, as in a terminal of its own; what is left of it ends with the test. */
  open(line: string, more?: Readonly<Record<string, string>>): RunningCli;
}

/** Programs that are another's name here: this package is not published, and no test asks for a password. */
const PROGRAMS = {
  'meteor-lb': `exec "${execPath}" "${ROOT}dist/cli/bin.js" "$@"`,
  npx: 'exec "$@"',
  sudo: 'exec "$@"',
  npm: 'test "$*" = ci', // what is here is installed
};

/** Opens one for the length of a test; `programs` are the bodies of more shell scripts by name. */
export const openTerminal = async (programs: Readonly<Record<string, string>> = {}): Promise<Terminal> => {
  const home = await mkdtemp(join(tmpdir(), 'meteor-lb-docs-'));
  await chmod(home, 0o755); // nginx's workers get into it
  const [bin, folder] = [join(home, 'bin'), join(home, 'work')];
  await mkdir(bin);
  await mkdir(folder);
  for (const [name, body] of Object.entries({ ...PROGRAMS, ...programs }))
    await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  await symlink(execPath, join(bin, 'node'));
  const surroundings = { ...env, PATH: [bin, env.PATH, '/usr/sbin'].join(delimiter) };
  const open: [ChildProcess, RunningCli][] = [];
  onTestFinished(async () => {
    for (const [child, { ended }] of open.toReversed()) {
      if (child.exitCode === null && child.signalCode === null) endGroup(child);
      await ended;
    }
    await rm(home, { recursive: true, force: true });
  });
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    run: (script, { cwd = folder } = {}) =>
      promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd, env: surroundings }),
    open: (line, more = {}) => {
      const child = spawn('bash', ['-c', line], {
        cwd: folder,
        env: { ...surroundings, ...more },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      });
      const running = runningCli(child);
      open.push([child, running]);
      return { ...running, kill: (signal) => void kill(-(child.pid ?? 0), signal) };
    },
  };
};

/** As Ctrl-C does, twice for who waits; and nobody waits for standard input any more. */
const endGroup = (child: ChildProcess): void => {
  child.stdin?.destroy();
  for (let time = 0; time < 2; time++) kill(-(child.pid ?? 0), 'SIGINT');
};

/** A text with other places in it, for a test may not have those of a document; each of them has to be there. */
export const moved = (text: string, places: Readonly<Record<string, string>>): string =>
  Object.entries(places).reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`there is no ${from} in:\n${text}`);
    return before.replaceAll(from, to);
  }, text);

/** The lines of a script, of which one may be continued on the next. */
export const linesOf = (script: string): readonly string[] => script.replaceAll(/\\\n */g, '').split('\n');
