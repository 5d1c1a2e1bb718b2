import {
  appendFileSync,
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/diagnostics/lb-error.ts';
import { runCli, runShell, useFolders } from './run-cli.ts';

const newFolder = useFolders();

const DONE = { exitCode: EXIT.ok, stdout: '', stderr: '' };

describe.concurrent('render --out', () => {
  test('writes what stdout would get, and leaves nothing else behind.', async () => {
    const folder = newFolder();
    const printed = await runCli(folder, 'render', '-t', 'haproxy');
    expect(printed).toMatchObject({ exitCode: EXIT.ok, stderr: '' });
    expect(printed.stdout).toContain('10.0.0.12:3000');
    expect(await runCli(folder, 'render', '-t', 'haproxy', '-o', 'haproxy.cfg')).toEqual(DONE);
    expect(readFileSync(join(folder, 'haproxy.cfg'), 'utf8')).toBe(printed.stdout);
    expect(readdirSync(folder).sort()).toEqual(['cluster.yaml', 'haproxy.cfg']);
  });

  test('keeps the mode and the owner of the file it replaces.', async () => {
    const folder = newFolder();
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    if (process.getuid?.() === 0) chownSync(file, 1234, 5678);
    const { uid, gid, mode } = statSync(file);
    const rendered = await runCli(folder, 'render', '-t', 'nginx', '-o', 'nginx.conf', '--quiet');
    expect(rendered).toEqual(DONE);
    expect(statSync(file)).toMatchObject({ uid, gid, mode });
    expect(readFileSync(file, 'utf8')).not.toBe('old');
    expect(statSync(join(folder, '.nginx.conf.before-meteor-lb'))).toMatchObject({ uid, gid, mode });
  });

  test('writes through a symbolic link, which stays one.', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real', 'nginx.conf'), 'old');
    symlinkSync('real/nginx.conf', join(folder, 'link.conf'));
    const { exitCode } = await runCli(folder, 'render', '-t', 'nginx', '-o', 'link.conf');
    expect(exitCode).toBe(EXIT.ok);
    expect(lstatSync(join(folder, 'link.conf')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real', 'nginx.conf'), 'utf8')).toContain('10.0.0.12:3000');
    expect(readdirSync(join(folder, 'real'))).toEqual(['.nginx.conf.before-meteor-lb', 'nginx.conf']);
  });

  test('keeps what a file held that meteor-lb did not write, byte for byte, each text once.', async () => {
    const folder = newFolder();
    const file = join(folder, 'haproxy.cfg');
    const copy = join(folder, '.haproxy.cfg.before-meteor-lb');
    const render = () => runCli(folder, 'render', '-t', 'haproxy', '-o', 'haproxy.cfg');
    const kept = (as: string) => ({
      ...DONE,
      stderr: `meteor-lb: haproxy.cfg was not written by meteor-lb: what it held is kept as ${as}\n`,
    });
    const own = Buffer.from('# f\u00fcr alle\nglobal\n', 'latin1');
    writeFileSync(file, own);
    expect(await render()).toEqual(kept(copy));
    expect(readFileSync(copy)).toEqual(own);
    expect(readFileSync(file, 'utf8')).toContain('10.0.0.12:3000');
    writeFileSync(file, 'another\n');
    expect(await render()).toEqual(kept(`${copy}.2`));
    for (const again of [own, 'another\n']) {
      writeFileSync(file, again);
      expect(await render()).toEqual(DONE);
    }
    expect(readFileSync(copy)).toEqual(own);
    expect(readFileSync(`${copy}.2`, 'utf8')).toBe('another\n');
    expect(readdirSync(folder)).toHaveLength(4);
  });

  test('makes no copy of an empty file, nor of what meteor-lb wrote, be it changed.', async () => {
    const folder = newFolder();
    const file = join(folder, 'haproxy.cfg');
    const render = () => runCli(folder, 'render', '-t', 'haproxy', '-o', 'haproxy.cfg');
    writeFileSync(file, '');
    expect(await render()).toEqual(DONE);
    writeFileSync(file, `# vim: set sw=4\n${readFileSync(file, 'utf8').replace('10.0.0.12', '10.0.0.99')}`);
    expect(await render()).toEqual(DONE);
    expect(readdirSync(folder).sort()).toEqual(['cluster.yaml', 'haproxy.cfg']);
  });

  test('keeps the first text alone where what is written does not say whose it is.', async () => {
    const folder = newFolder();
    const file = join(folder, 'haproxy.cfg');
    const render = () => runCli(folder, 'render', '-t', 'haproxy', '-o', 'haproxy.cfg');
    mkdirSync(join(folder, 'own', 'haproxy'), { recursive: true });
    const own = (comment: string) =>
      writeFileSync(join(folder, 'own', 'haproxy', 'haproxy.cfg.hbs'), `# ${comment}\n`);
    appendFileSync(join(folder, 'cluster.yaml'), 'templates: own\n');
    writeFileSync(file, 'first\n');
    for (const comment of ['one', 'two', 'three']) {
      own(comment);
      expect((await render()).exitCode).toBe(EXIT.ok);
      expect(readFileSync(file, 'utf8')).toBe(`# ${comment}\n`);
    }
    expect(readFileSync(join(folder, '.haproxy.cfg.before-meteor-lb'), 'utf8')).toBe('first\n');
    expect(readdirSync(folder).filter((name) => name.includes('before'))).toHaveLength(1);
  });

  test('replaces nothing where no copy can be made.', async () => {
    const folder = newFolder();
    const name = `${'n'.repeat(233)}.conf`; // the copy's is too long
    writeFileSync(join(folder, name), 'own\n');
    const { exitCode, stderr } = await runCli(folder, 'render', '-t', 'nginx', '-o', name);
    expect(exitCode).toBe(EXIT.apply);
    expect(stderr).toContain('no copy of it can be made in .: the name is too long; nothing is replaced\n');
    expect(stderr).toContain('empty the file');
    expect(readFileSync(join(folder, name), 'utf8')).toBe('own\n');
    expect(readdirSync(folder).sort()).toEqual(['cluster.yaml', name]);
    writeFileSync(join(folder, name), '');
    expect(await runCli(folder, 'render', '-t', 'nginx', '-o', name)).toEqual(DONE);
  });

  test('writes to a device or a pipe, and reads none.', async () => {
    const folder = newFolder();
    const printed = await runCli(folder, 'render', '-t', 'haproxy');
    expect(await runShell(folder, '$METEOR_LB render -t haproxy -o /dev/stdout | cat')).toEqual(printed);
  });
});

describe.concurrent('render --check', () => {
  const check = (folder: string) => runCli(folder, 'render', '-t', 'nginx', '-o', 'nginx.conf', '--check');

  test('is content with a file that is what the description gives.', async () => {
    const folder = newFolder();
    await runCli(folder, 'render', '-t', 'nginx', '-o', 'nginx.conf');
    expect(await check(folder)).toEqual(DONE);
  });

  test('exits 10 with a unified diff on stderr where the file differs, and does not touch it.', async () => {
    const folder = newFolder();
    const file = join(folder, 'nginx.conf');
    await runCli(folder, 'render', '-t', 'nginx', '-o', 'nginx.conf');
    const drifted = readFileSync(file, 'utf8').replaceAll('10.0.0.12:3000', '10.0.0.99:3000');
    writeFileSync(file, drifted);
    const { exitCode, stdout, stderr } = await check(folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.drift, stdout: '' });
    expect(stderr).toMatch(/^--- nginx\.conf\t.*\n\+\+\+ nginx\.conf\t.*\n@@ -\d+,\d+ \+\d+,\d+ @@$/m);
    expect(stderr).toMatch(/^-.*10\.0\.0\.99:3000.*$/m);
    expect(stderr).toMatch(/^\+.*10\.0\.0\.12:3000.*$/m);
    expect(stderr).toMatch(/\nmeteor-lb: nginx\.conf is not what the description gives\n$/);
    expect(readFileSync(file, 'utf8')).toBe(drifted);
  });

  test('exits 10 where the file is absent, and does not make it.', async () => {
    const folder = newFolder();
    const { exitCode, stdout, stderr } = await check(folder);
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.drift, stdout: '' });
    expect(stderr).toContain('\n@@ -0,0 +1,');
    expect(readdirSync(folder)).toEqual(['cluster.yaml']);
  });

  test('fails with exit code 7 where the file can not be read.', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'nginx.conf'), Buffer.from([0xff, 0xfe]));
    expect(await check(folder)).toEqual({
      exitCode: EXIT.apply,
      stdout: '',
      stderr: 'meteor-lb: nginx.conf can not be read: it is not UTF-8 text\n',
    });
  });
});
