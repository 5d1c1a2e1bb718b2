import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { untilNewClientsGetTo } from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { freeRow, METEOR_NODE } from '../support/joined.ts';
import { until } from '../support/until.ts';
import { blockOf } from './blocks.ts';
import { linesOf, moved, openTerminal } from './terminal.ts';

vi.setConfig({ testTimeout: 90_000 });
const FILE = 'docs/inventory.md';
const LISTED = 'Nodes that list themselves';

/** One worker a core, each with a port of the row. */
const workers = async () => {
  const first = await freeRow(availableParallelism());
  const ports = Array.from({ length: availableParallelism() }, (_, index) => first + index);
  return { first, ports, names: ports.join('') };
};

/** A machine with an HAProxy of the test's own beside what the document has on it. */
const prepare = async () => {
  const terminal = await openTerminal();
  const [port = 0] = await freePorts(1);
  const { folder } = terminal;
  await terminal.write('main.js', `import(${JSON.stringify(METEOR_NODE)});\n`);
  const file = join(folder, 'haproxy.cfg');
  const own = `runtimeDir: ${folder}\\nlisten: [{ address: 127.0.0.1, port: ${port} }]\\nhaproxy: { output: ${file} }`;
  return {
    ...terminal,
    port,
    places: { 'haproxy: { output: /etc/haproxy/haproxy.cfg }': own },
    /** As Debian's unit does, with the flag that the document on watch asks for. */
    startHaproxy: () => terminal.open(`exec haproxy -W -S ${folder}/haproxy-master.sock -f ${file}`),
  };
};

test('a directory in five commands', async () => {
  const { run, open, port, places, startHaproxy, folder } = await prepare();
  const { first, names } = await workers();
  const block = moved(blockOf(FILE, LISTED, 'printf'), { ...places, '3000': String(first) });
  const [describe = '', make = '', follow = '', join_ = '', ...more] = linesOf(block);
  expect(more).toEqual([]);
  await run(`${describe}\n${make}`);
  const watch = open(follow);
  await watch.says(/is up to date, but no proxy serves it/, { all: true });
  startHaproxy();
  const joined = open(join_);
  await untilNewClientsGetTo(port, names);
  expect(readdirSync(join(folder, 'nodes.d'))).toHaveLength(availableParallelism());
  joined.kill('SIGTERM');
  await until(async () => readdirSync(join(folder, 'nodes.d')).length === 0, 30_000);
  await joined.ended;
  watch.kill('SIGTERM');
  await watch.ended;
});

test('etcd in five commands; nodes by hand, and where each comes from', async () => {
  const { run, open, port, places, startHaproxy } = await prepare();
  const { first, names } = await workers();
  const [client = 0, peers = 0] = await freePorts(2);
  const endpoint = `127.0.0.1:${client}`;
  const block = moved(blockOf(FILE, LISTED, 'etcd'), {
    ...places,
    '10.0.0.1:2379': endpoint,
    '10.0.0.11': '127.0.0.1',
    '--workers auto': `--workers auto --port ${first}`,
  });
  const [serve = '', describe = '', follow = '', join_ = '', ...more] = linesOf(block);
  expect(more).toEqual([]);
  // The ports that a member has for others are taken by tests that run beside this one.
  const peer = `http://127.0.0.1:${peers}`;
  open(serve.replace(/&.*$/, ''), {
    ETCD_LISTEN_PEER_URLS: peer,
    ETCD_INITIAL_ADVERTISE_PEER_URLS: peer,
    ETCD_INITIAL_CLUSTER: `default=${peer}`,
    ETCD_UNSUPPORTED_ARCH: process.arch,
  });
  await run(describe);
  const watch = open(follow);
  await watch.says(/is up to date, but no proxy serves it/, { all: true });
  startHaproxy();
  const joined = open(join_);
  await untilNewClientsGetTo(port, names);
  joined.kill('SIGTERM');
  expect(await joined.ended).toBe(0);

  const byHand = blockOf(FILE, 'Kinds', 'etcdctl put');
  await run(`export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=${endpoint}\n${byHand}`);
  await watch.says(/server b of todos was added/, { all: true });
  const { stdout } = await run(blockOf(FILE, 'Why is this node here?', 'meteor-lb nodes'));
  expect(stdout).toMatch(/^todos +a +10\.0\.0\.11:3000 +ready +1 +etcd \/meteor\/todos\/$/m);
  expect(stdout).toMatch(/^todos +b +10\.0\.0\.12:3000 +ready +2 +etcd \/meteor\/todos\/$/m);
  expect(stdout).toMatch(/server b 10\.0\.0\.12:3000/);
});
