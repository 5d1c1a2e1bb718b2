import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/diagnostics/lb-error.ts';
import { runCli, runShell, useFolders } from './run-cli.ts';

const newFolder = useFolders();

const withWarning = (): string => {
  const folder = newFolder();
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('    nodes:', '    stickiness: none\n    nodes:'));
  return folder;
};

describe.concurrent('In a pipe', () => {
  test('a reader that has seen enough is no failure.', async () => {
    const folder = newFolder();
    const hosts = Array.from(
      { length: 10 },
      (_, host) => `      - { host: 10.0.0.${host}, ports: 3000-3255 }\n`,
    );
    writeFileSync(join(folder, 'cluster.yaml'), `apps:\n  todos:\n    nodes:\n${hosts.join('')}`);
    const ran = await runShell(folder, '{ $METEOR_LB render -t haproxy; echo $? >&2; } | head -n 1');
    expect(ran).toMatchObject({ stdout: expect.stringMatching(/^# .*\n$/), stderr: `${EXIT.ok}\n` });
  });

  test('a reader that has seen enough of what is said is no failure either.', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'cluster.yaml'), `nodes:\n${'x: 1\n'.repeat(2_000)}`);
    const ran = await runShell(folder, '{ $METEOR_LB validate 2>&1; echo $? >&2; } | head -n 1');
    expect(ran.stderr).toBe(`${EXIT.invalid}\n`);
    expect(ran.stdout).toMatch(/^cluster\.yaml:3:1 error\[duplicate-key\] .*\n$/);
  });

  test('the description may come from a pipe, too.', async () => {
    const folder = newFolder();
    const piped = await runShell(folder, 'cat cluster.yaml | $METEOR_LB render -t nginx -c /dev/stdin');
    const { stdout } = await runCli(folder, 'render', '-t', 'nginx');
    expect({ ...piped, stdout: piped.stdout.replace('from stdin', 'from cluster.yaml') }).toEqual({
      exitCode: EXIT.ok,
      stdout,
      stderr: '',
    });
  });
});

const hasScript = spawnSync('sh', ['-c', 'script -qec true /dev/null']).status === 0;

describe.concurrent('On a terminal', () => {
  const validate = (settings: string) =>
    runShell(
      withWarning(),
      `unset CI FORCE_COLOR NO_COLOR; ${settings} script -qec "$METEOR_LB validate" /dev/null`,
    );

  test.skipIf(!hasScript)('findings are coloured.', async () => {
    expect((await validate('TERM=xterm')).stdout).toContain('\u001b[33m');
  });

  test.skipIf(!hasScript)('findings are not coloured with NO_COLOR.', async () => {
    const { stdout } = await validate('NO_COLOR=1 TERM=xterm');
    expect(stdout).toContain('warning[none-with-sockjs]');
    expect(stdout).not.toContain('\u001b');
  });
});

describe.concurrent('What is said', () => {
  test('is the warnings, and that the description is valid.', async () => {
    const { stderr, ...rest } = await runCli(withWarning(), 'validate');
    expect(rest).toEqual({ exitCode: EXIT.ok, stdout: '' });
    expect(stderr).toContain('warning[none-with-sockjs]');
    expect(stderr).toMatch(/cluster\.yaml is valid: 1 app, 2 nodes\n$/);
  });

  test('is nothing with --quiet where there are no errors.', async () => {
    const folder = withWarning();
    expect(await runCli(folder, 'validate', '--quiet')).toEqual({
      exitCode: EXIT.ok,
      stdout: '',
      stderr: '',
    });
    const rendered = await runCli(folder, 'render', '-t', 'nginx', '-q');
    expect(rendered).toMatchObject({ exitCode: EXIT.ok, stderr: '' });
  });

  test('is the errors alone with --quiet where there are some.', async () => {
    const folder = newFolder();
    writeFileSync(
      join(folder, 'cluster.yaml'),
      'apps:\n  a: { stickiness: none, nodes: [10.0.0.1:1, 10.0.0.1:1] }\n',
    );
    const { exitCode, stderr } = await runCli(folder, 'validate', '-q');
    expect(exitCode).toBe(EXIT.invalid);
    expect(stderr).toContain('error[duplicate-address]');
    expect(stderr).not.toContain('warning[');
  });
});

describe.concurrent('About itself', () => {
  test.each<[line: string, part: string]>([
    ['--help', 'meteor-lb render'],
    ['render --help', '--proxy-version'],
    ['completion', '###-begin-meteor-lb-completions-###'],
    ['--version', `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`],
  ])('meteor-lb %s tells on stdout.', async (line, part) => {
    const { exitCode, stdout, stderr } = await runCli(newFolder(), ...line.split(' '));
    expect({ exitCode, stderr }).toEqual({ exitCode: EXIT.ok, stderr: '' });
    expect(stdout).toContain(part);
  });

  test('meteor-lb speaks English whatever the locale is.', async () => {
    const { stderr } = await runShell(newFolder(), '$METEOR_LB render', { LC_ALL: 'de_DE.UTF-8' });
    expect(stderr).toBe('meteor-lb: --target is missing\n    meteor-lb --help lists what there is\n');
  });
});
