import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/diagnostics/lb-error.ts';
import { type Ran, runCli, runShell, useFolders } from './run-cli.ts';

const newFolder = useFolders();

/** It failed in an orderly way: with this code and reason, nothing on stdout, and nothing that would upset a terminal. */
const expectFailure = ({ exitCode, stdout, stderr }: Ran, code: number, reason: string): void => {
  expect(stderr).toContain(reason);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
  expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
  expect(stderr).not.toContain('bug in meteor-lb');
};

const BYTES = Buffer.from(Array.from({ length: 128 }, (_, byte) => byte));

describe.concurrent('A description that can not be read is refused with exit code 3:', () => {
  test.each<[title: string, content: string | Buffer | null, reason: string]>([
    ['one that is missing.', null, 'given.yaml can not be read: no such file or folder'],
    [
      'one that is not UTF-8.',
      Buffer.from([0x61, 0x3a, 0xff]),
      'given.yaml can not be read: it is not UTF-8 text',
    ],
    ['one of 5 MB.', '# comment\n'.repeat(524_288), 'given.yaml can not be read: it is larger than 4096 KB'],
    [
      'one that is nested deeply.',
      `apps: ${'['.repeat(100_000)}`,
      'error[too-deep] this is nested too deeply to be read',
    ],
    [
      'one that holds bytes of all kinds.',
      BYTES,
      'given.yaml:1:1 error[syntax] a NUL character: this is no text file',
    ],
  ])('%s', async (_title, content, reason) => {
    const folder = newFolder();
    if (content !== null) writeFileSync(join(folder, 'given.yaml'), content);
    expectFailure(await runCli(folder, 'validate', '-c', 'given.yaml'), EXIT.invalid, reason);
  });

  test('a folder.', async () => {
    const ran = await runCli(newFolder(), 'render', '-t', 'nginx', '-c', '.');
    expectFailure(ran, EXIT.invalid, '. can not be read: it is a folder');
  });
});

test.concurrent('An inventory that can not be read is refused with exit code 4.', async () => {
  const folder = newFolder();
  const ran = await runCli(folder, 'render', '-t', 'haproxy', '--inventory', 'none.yaml');
  expectFailure(ran, EXIT.inventory, 'none.yaml can not be read: no such file or folder');
});

test.concurrent('An inventory with mistakes is refused with exit code 4 and its own name.', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'nodes.yaml'), 'version: 1\napps:\n  todos: [10.0.0.13]\n');
  const ran = await runCli(folder, 'validate', '--inventory', 'nodes.yaml');
  expectFailure(
    ran,
    EXIT.inventory,
    'nodes.yaml:3:11 error[bad-format] apps.todos[0]: "10.0.0.13" has no port\n',
  );
  expect(ran.stderr).toContain('meteor-lb: nodes.yaml is not a valid inventory\n');
});

describe.concurrent('A command line that makes no sense is refused with exit code 2:', () => {
  test.each<[line: string, reason: string]>([
    ['', 'Say which command to run.'],
    ['rendr', 'did you mean render?'],
    ['render', '--target is missing'],
    ['render -t apache', '--target: "apache" is none of "haproxy", "nginx"'],
    ['render -t nginx --chekc', 'Unknown argument: chekc'],
    ['render -t nginx --check', '--check compares with a file: name it with --out'],
    ['render -t nginx --proxy-version x', '--proxy-version "x" is not a version'],
    ['render -t nginx --proxy-version 1.2', 'nginx 1.2 is too old: meteor-lb writes for 1.18 and later'],
    ['render -t nginx -o', '-o needs a value'],
    ['render -t nginx --out=', 'out is empty'],
    ['validate --format xml', '--format: "xml" is none of "text", "json", "github"'],
  ])('meteor-lb %s', async (line, reason) => {
    const args = line === '' ? [] : line.split(' ');
    expectFailure(await runCli(newFolder(), ...args), EXIT.usage, reason);
  });

  test('no description where one is looked for.', async () => {
    const folder = join(newFolder(), 'empty');
    mkdirSync(folder);
    const ran = await runCli(folder, 'validate');
    expectFailure(ran, EXIT.usage, 'there is no cluster.yaml, cluster.yml, cluster.json here');
  });
});

const OLD = '# what is there now\n';

/** Everything below a folder, with its content. */
const contentOf = (folder: string): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).map((entry) => [
      entry.name,
      entry.isFile() ? readFileSync(join(folder, entry.name), 'utf8') : null,
    ]),
  );

describe.concurrent('An --out that can not be written fails with exit code 7 and leaves all as it was:', () => {
  test.each<[title: string, out: string, reason: string]>([
    ['in a folder that is not there.', 'none/nginx.conf', 'no such file or folder'],
    ['below something that is no folder.', 'old.conf/nginx.conf', 'a part of the path is not a folder'],
    ['a file that nobody may write.', 'old.conf', 'permission denied'],
    ['a folder.', 'folder', 'it is a folder'],
    ['a device that is full.', '/dev/full', 'no space left on the device'],
  ])('%s', async (_title, out, reason) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'old.conf'), OLD);
    chmodSync(join(folder, 'old.conf'), 0o444);
    mkdirSync(join(folder, 'folder'));
    const before = contentOf(folder);
    const ran = await runCli(folder, 'render', '-t', 'nginx', '--out', out);
    expectFailure(ran, EXIT.apply, `meteor-lb: ${out} can not be written: ${reason}\n`);
    expect(contentOf(folder)).toEqual(before);
  });

  const mount = 'mkdir disk && mount -t tmpfs -o size=4k none disk';
  const canMount = spawnSync('unshare', ['-m', 'sh', '-c', mount], { cwd: newFolder() }).status === 0;

  test.skipIf(!canMount)('a disk that is full.', async () => {
    const line = `${mount} && printf old > disk/old.conf && $METEOR_LB render -t nginx -o disk/old.conf; echo $?; ls -A disk; cat disk/old.conf`;
    const { stdout, stderr } = await runShell(
      newFolder(),
      `unshare -m sh -c "${line.replaceAll('$?', '\\$?')}"`,
    );
    expect(stderr).toMatch(
      /^meteor-lb: disk\/old\.conf was not written by meteor-lb, and no copy of it can be made in disk: no space left on the device; nothing is replaced\n/,
    );
    expect(stdout).toBe(`${EXIT.apply}\nold.conf\nold`);
  });

  test('stdout itself.', async () => {
    const ran = await runShell(newFolder(), '$METEOR_LB render -t nginx > /dev/full');
    expectFailure(ran, EXIT.apply, 'meteor-lb: stdout can not be written: no space left on the device\n');
  });
});

test.concurrent('A description with mistakes leaves the file of --out as it was.', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'cluster.yaml'), 'apps: {}\n');
  writeFileSync(join(folder, 'nginx.conf'), OLD);
  const before = contentOf(folder);
  const ran = await runCli(folder, 'render', '-t', 'nginx', '--out', 'nginx.conf');
  expectFailure(ran, EXIT.invalid, 'cluster.yaml:1:7 error[bad-value] apps is empty\n');
  expect(contentOf(folder)).toEqual(before);
});
