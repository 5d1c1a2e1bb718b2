import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, vi } from 'vitest';

/** The built command line, as people run it; `npm test` builds it first. */
const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

/** A description without mistakes and without warnings. */
const DESCRIPTION =
  'apps:\n  todos:\n    domains: [todos.example.com]\n    nodes: [10.0.0.11:3000, 10.0.0.12:3000]\n';

export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs meteor-lb in a folder. */
export const runCli = (folder: string, ...args: readonly string[]): Promise<Ran> =>
  run(folder, execPath, [BIN, ...args]);

/** Runs a line of shell in a folder; `$METEOR_LB` is the command. */
export const runShell = (
  folder: string,
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> => run(folder, 'sh', ['-c', line.replaceAll('$METEOR_LB', `'${execPath}' '${BIN}'`)], env);

const run = async (
  cwd: string,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> => {
  const { exitCode, stdout, stderr } = await execa(file, args, {
    cwd,
    env,
    reject: false,
    stripFinalNewline: false,
    stdin: 'ignore',
    timeout: 100_000,
  });
  return { exitCode, stdout, stderr };
};

/** Makes folders for tests, each with a valid cluster.yaml; they go when the file's tests are done. */
export const useFolders = (): (() => string) => {
  vi.setConfig({ testTimeout: 120_000 }); // a process takes long to start on a busy machine
  const root = mkdtempSync(join(tmpdir(), 'meteor-lb-cli-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return () => {
    const folder = mkdtempSync(join(root, 'case-'));
    writeFileSync(join(folder, 'cluster.yaml'), DESCRIPTION);
    return folder;
  };
};
