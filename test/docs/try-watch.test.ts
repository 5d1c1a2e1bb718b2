import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type MeteorNode, startNodes, stopAll } from '../support/cluster.ts';
import { untilNewClientsGetTo } from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { blockOf, readDocument } from './blocks.ts';
import { linesOf, moved, openTerminal } from './terminal.ts';

vi.setConfig({ testTimeout: 60_000 });
const FILE = 'docs/watch.md';
const text = readDocument(FILE).replaceAll(/\s+/g, ' ');
const promised = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? 'what is promised nowhere';

test.each([
  ['nginx', (yaml: string) => yaml, promised(/`watch` says `([^`]+)`/)],
  [
    'haproxy',
    (yaml: string) => moved(yaml, { 'nginx:': 'haproxy:', 'nginx.conf': 'haproxy.cfg' }),
    promised(/With `haproxy\.output` instead, it says `([^`]+)`/),
  ],
])('watch, tried with %s', async (_name, written, words) => {
  const { run, open, write, folder } = await openTerminal();
  const [a, b] = (await startNodes(2)) as [MeteorNode, MeteorNode];
  try {
    const [port = 0] = await freePorts(1);
    const served = { '/tmp/meteor-lb': join(folder, 'served') };
    const second = { '3002': String(b.port) };
    await write(
      'cluster.yaml',
      written(moved(blockOf(FILE, 'Try it', '# cluster.yaml'), { ...served, '8080': String(port) })),
    );
    const lines = linesOf(moved(blockOf(FILE, 'Try it', 'mkdir'), { ...served, '3001': String(a.port) }));
    await run(lines.slice(0, -1).join('\n'));
    const watch = open(lines.at(-1) ?? '');
    await watch.says(/started as process/, { all: true });
    await untilNewClientsGetTo(port, 'a');

    const told = watch.says(new RegExp(words.includes('3002') ? moved(words, second) : words));
    await run(moved(blockOf(FILE, 'Try it', 'echo'), second));
    await told;
    await untilNewClientsGetTo(port, 'ab');
    watch.kill('SIGTERM');
    await watch.ended;
    expect(watch.said()).not.toContain('bug');
  } finally {
    await stopAll([a, b]);
  }
});
