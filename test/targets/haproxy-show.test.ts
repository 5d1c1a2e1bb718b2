import { expect, test } from 'vitest';
import { parseShowInfo } from '../../src/targets/haproxy/show-info.ts';
import { parseShowProc } from '../../src/targets/haproxy/show-proc.ts';
import { parseShowSess } from '../../src/targets/haproxy/show-sess.ts';
import { parseSessionCounts } from '../../src/targets/haproxy/show-stat.ts';

const HEAD = '#<PID>          <type>          <reloads>       <uptime>        <version>      \n';
const process = (pid: number, type: string, reloads: string): string =>
  `${pid}           ${type}          ${reloads}               0d00h00m02s     2.6.12-1+deb12u4\n`;
const worker = (pid: number, reloads: number): string => process(pid, 'worker', String(reloads));

test.each([
  [
    'one worker of 2.6',
    `${HEAD}${process(10, 'master', '0 [failed: 0]')}# workers\n${worker(11, 0)}# programs\n\n`,
    { master: 10, reloads: 0, failed: 0, workers: [11], oldWorkers: [] },
  ],
  [
    'old workers',
    `${HEAD}${process(10, 'master', '2 [failed: 0]')}# workers\n${worker(13, 0)}# old workers\n${worker(12, 1)}${worker(11, 2)}# programs\n${process(9, 'program', '0')}\n`,
    { master: 10, reloads: 2, failed: 0, workers: [13], oldWorkers: [12, 11] },
  ],
  [
    'a failed reload on 2.6 and 3.0',
    `${HEAD}${process(10, 'master', '2 [failed: 1]')}# workers\n${worker(12, 1)}# old workers\n${worker(11, 2)}\n`,
    { master: 10, reloads: 2, failed: 1, workers: [12], oldWorkers: [11] },
  ],
  [
    'a failed reload on 3.2, which calls the serving worker old',
    `${HEAD}${process(10, 'master', '3 [failed: 1]')}# workers\n# old workers\n${worker(12, 2)}${worker(11, 3)}\n`,
    { master: 10, reloads: 3, failed: 1, workers: [12], oldWorkers: [11] },
  ],
  [
    'a column more',
    '#<PID>  <type>  <relative PID>  <reloads>  <uptime>  <version>\n10 master 0 4 0d 2.4.0\n# workers\n11 worker 1 0 0d 2.4.0\n',
    { master: 10, reloads: 4, failed: 0, workers: [11], oldWorkers: [] },
  ],
])('reads the processes of %s', (_name, answer, expected) => {
  const found = parseShowProc(answer);
  expect({
    ...found,
    workers: found?.workers.map(({ pid }) => pid),
    oldWorkers: found?.oldWorkers.map(({ pid }) => pid),
  }).toEqual(expected);
  expect(found?.workers[0]?.version).toMatch(/^2\.[46]\./);
});

test.each(['', 'Unknown command\n', HEAD, `${HEAD}# workers\n${worker(1, 0)}`])(
  'reads no processes from %j',
  (answer) => {
    expect(parseShowProc(answer)).toBeNull();
  },
);

test.each([
  [
    'Name: HAProxy\nPid: 7\nStopping: 0\ndescription: meteor-lb 0123\n',
    { pid: 7, generation: '0123', stopping: false },
  ],
  ['Name: HAProxy\nPid: 7\nStopping: 1\ndescription: my own\n', { pid: 7, generation: null, stopping: true }],
  ['Name: HAProxy\nPid: 7\n', { pid: 7, generation: null, stopping: false }],
  ['Name: other\nPid: 7\n', null],
  ['Name: HAProxy\nPid: x\n', null],
  ['', null],
])('reads who a worker is from %j', (answer, expected) => {
  expect(parseShowInfo(answer)).toEqual(expected);
});

test('reads the sessions that reach a server, and none of the command line', () => {
  const rest = 'ts=00 epoch=0 age=2s calls=3';
  const answer = [
    `0x55cfd13a42c0: proto=tcpv4 src=127.0.0.1:1 fe=http_80 be=todos srv=a ${rest}`,
    `0x7f7df4042a10: proto=sockpair src=unix:2 fe=GLOBAL be=<NONE> srv=<none> ${rest}`,
    `0x7f7df4042a18: proto=unix_stream src=unix:1 fe=GLOBAL be=odd srv=odd ${rest}`,
    `0x7f7df4042a20: proto=unix_stream src=unix:2 fe=reloads be=<NONE> srv=<none> ${rest}`,
    `0x7f7df4039f10: proto=tcpv6 src=::1:1 fe=http_80 be=todos.keyed srv=b ${rest}`,
    '',
  ].join('\n');
  expect(parseShowSess(answer)).toEqual(['0x55cfd13a42c0', '0x7f7df4039f10']);
  expect(parseShowSess(`${answer}garbage\n`)).toBeNull();
  expect(parseShowSess('')).toBeNull();
});

test('counts sessions, running and waiting', () => {
  const answer = '# pxname,svname,qcur,qmax,scur,smax,\ntodos,a,0,1,2,9,\ntodos,b,1,1,2,9,\n';
  expect(parseSessionCounts(answer)).toEqual(
    new Map([
      ['todos/a', 2],
      ['todos/b', 3],
    ]),
  );
  expect(parseSessionCounts('Permission denied')).toBeNull();
});
