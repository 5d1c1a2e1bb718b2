import { expect, test } from 'vitest';
import { readiness, sinceSuccess, type WatchStatus } from '../../../src/watch/status/status-model.ts';
import { outputStatus, watchStatus } from './status.ts';

const failing = { name: 'dns', ok: false, failures: 4, problem: 'timeout' };

test.each<{ name: string; changes: Partial<WatchStatus>; ready: boolean }>([
  { name: 'all is well', changes: {}, ready: true },
  { name: 'nothing is known yet', changes: { outputs: [] }, ready: false },
  {
    name: 'a reload waits for old workers',
    changes: { outputs: [outputStatus({ state: 'waiting', oldWorkers: 5 })] },
    ready: true,
  },
  {
    name: 'one output of two fails',
    changes: { outputs: [outputStatus(), outputStatus({ state: 'failing', problem: 'refused' })] },
    ready: false,
  },
  { name: 'a guard is in force', changes: { guards: [{ app: 'todos', reason: '9 of 10' }] }, ready: false },
  { name: 'a source fails', changes: { sources: [failing] }, ready: true },
])('when $name, ready is $ready', ({ changes, ready }) => {
  const answer = readiness(watchStatus(changes), 12_345);
  expect(answer.ready).toBe(ready);
  expect(answer.body.ready).toBe(ready);
});

test('what is told has the state of each output, the guards and the sources', () => {
  const outputs = [
    outputStatus({ state: 'waiting', problem: 'waits for old workers', oldWorkers: 5 }),
    outputStatus({ target: 'haproxy', generation: null, lastSuccessMs: null }),
  ];
  const guards = [{ app: 'todos', reason: '9 of 10 nodes are gone' }];
  expect(readiness(watchStatus({ outputs, guards, sources: [failing] }), 12_345.6).body).toEqual({
    ready: false,
    outputs: [
      {
        target: 'nginx',
        file: '/etc/nginx/nginx.conf',
        state: 'waiting',
        problem: 'waits for old workers',
        generation: '3f2a',
        secondsSinceSuccess: 2.346,
        oldWorkers: 5,
        nodes: { ready: 3, drain: 1, down: 0 },
      },
      {
        target: 'haproxy',
        file: '/etc/nginx/nginx.conf',
        state: 'ok',
        problem: null,
        generation: null,
        secondsSinceSuccess: null,
        oldWorkers: 0,
        nodes: { ready: 3, drain: 1, down: 0 },
      },
    ],
    guards,
    sources: [failing],
  });
});

test('no success is no time since it', () => {
  expect(sinceSuccess(outputStatus({ lastSuccessMs: null }), 5)).toBe(null);
});
