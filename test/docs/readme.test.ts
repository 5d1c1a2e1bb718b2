import { readFileSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { freePorts } from '../support/free-port.ts';
import { blockOf, ROOT, readDocument } from './blocks.ts';
import { moved, openTerminal } from './terminal.ts';

vi.setConfig({ testTimeout: 60_000 });
const readme = readDocument('README.md');
const golden = (file: string): string => readFileSync(`${ROOT}fixtures/clusters/${file}`, 'utf8');
const description = blockOf('README.md', 'Start', 'apps:');

test('the description that is shown is that of the first command, which prints what is shown', async () => {
  expect(parse(description)).toEqual(parse(golden('quickstart/cluster.yaml')));
  const { run } = await openTerminal();
  const { stdout } = await run(blockOf('README.md', 'Start', 'npm ci'), { cwd: ROOT });
  expect(stdout).toBe(golden('quickstart/nginx.conf'));
});

/** nginx opens its ports even for a check: here those of a network of its own. */
const ALONE = { nginx: 'exec unshare -n /usr/sbin/nginx "$@"' };

test.skipIf(getuid?.() !== 0 && !process.env.CI)(
  'a description of one’s own is checked, written and taken by nginx, and the same in CI',
  async () => {
    const { run, write, folder } = await openTerminal(ALONE);
    await write('cluster.yaml', description);
    const { stdout, stderr } = await run(blockOf('README.md', 'Start', 'npx meteor-lb validate'));
    expect(stdout + stderr).toMatch(/cluster\.yaml.*valid|valid.*cluster\.yaml/i);
    expect(stderr).toContain('test is successful');
    expect(await readFile(join(folder, 'nginx.conf'), 'utf8')).toBe(golden('quickstart/nginx.conf'));

    const inCi = blockOf('README.md', 'Commands', 'npx meteor-lb validate');
    await expect(run(inCi)).rejects.toMatchObject({ code: 10 });
    await run('meteor-lb render -t haproxy -o haproxy.cfg');
    await run(inCi);
  },
);

test('one machine: nodes, a configuration, nginx, and a page through it', async () => {
  const { run, open, write, folder } = await openTerminal();
  const [port, ...nodes] = await freePorts(5);
  const places = { '/tmp/meteor-lb': join(folder, 'served'), '8080': String(port) };
  const ports = Object.fromEntries(nodes.map((node, index) => [String(3001 + index), String(node)]));
  await mkdir(join(folder, 'fixtures/clusters/local'), { recursive: true });
  await write(
    'fixtures/clusters/local/cluster.yaml',
    moved(golden('local/cluster.yaml'), { ...places, ...ports }),
  );
  const [, startNode = ''] = /`(node test\/support\/meteor-node\.mjs --id a --port 3001)`/.exec(readme) ?? [];
  for (const [at, node] of nodes.entries()) {
    const line = moved(startNode, {
      test: `${ROOT}test`,
      '--id a': `--id ${'abcd'[at]}`,
      '3001': String(node),
    });
    await open(line).says(/"port":/, { all: true });
  }

  const block = moved(blockOf('README.md', 'Try it on one machine', 'mkdir'), places);
  const [, stop = ''] = /# stop it with: (.*)$/m.exec(block) ?? [];
  onTestFinished(() => run(stop).then(() => {}));
  const { stdout } = await run(block);
  expect(stdout).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(stdout).toMatch(/^x-test-node: [abcd]\r$/im);
});

test('as a library', async () => {
  const { run, write, folder } = await openTerminal();
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/meteor-lb'));
  await write('cluster.yaml', description);
  await write('library.mjs', `${blockOf('README.md', 'As a library', 'import')}\nconsole.log(text);\n`);
  const { stdout } = await run('node library.mjs');
  expect(stdout).toBe(`${golden('quickstart/haproxy.cfg')}\n`);
});
