import { expect, test } from 'vitest';
import { LbError } from '../../../src/diagnostics/lb-error.ts';
import type { OutputReport } from '../../../src/reconcile/publish-output.ts';
import { readiness } from '../../../src/watch/status/status-model.ts';
import { toStatus } from '../../../src/watch/status/to-status.ts';
import { clusterOf } from '../../plan/planned.ts';

const cluster = clusterOf({
  apps: {
    blog: { domains: ['blog.example.com'], inventory: [{ file: 'blog.yaml' }] },
    todos: {
      domains: ['todos.example.com'],
      nodes: [
        '10.0.0.1:3000',
        { host: 'b', port: 1, state: 'drain' },
        { host: 'c', port: 1, state: 'down' },
        { host: 'd', port: 1, state: 'down' },
      ],
    },
  },
});
const output = (result: OutputReport['result']): OutputReport => ({
  target: 'nginx',
  file: '/etc/nginx/nginx.conf',
  result,
  diagnostics: [],
  prepared: null,
  controller: null,
  ms: 1,
});
const known = (result: OutputReport['result']): Parameters<typeof toStatus>[0] => ({
  cluster,
  outputs: [output(result)],
  notices: [],
  failure: null,
  lastSuccess: new Map([['nginx', 5]]),
  generations: new Map([['nginx', 'g']]),
  lastChanges: new Map([['nginx', 'nginx: reloaded: x']]),
  oldWorkers: new Map([['nginx', 3]]),
  sources: [{ name: 'todos: file nodes.yaml', ok: false, failures: 2, problem: 'gone' }],
});

test.each([
  [{ outcome: 'none' }, 'ok', true],
  [{ outcome: 'written' }, 'ok', true],
  [{ outcome: 'servers', updates: [] }, 'ok', true],
  [{ outcome: 'reload', reasons: [] }, 'ok', true],
  [{ outcome: 'waiting', reasons: ['x'], oldWorkers: 4, meanwhile: [] }, 'waiting', true],
  [{ outcome: 'splayed', reasons: ['x'], againInMs: 4, meanwhile: [] }, 'waiting', true],
  [{ outcome: 'stopped', reason: 'x', hint: 'y' }, 'failing', false],
  [{ outcome: 'refused', by: 'check', output: 'x' }, 'failing', false],
  [{ outcome: 'restored', output: 'x', serving: { ok: true } }, 'failing', false],
  [{ outcome: 'locked', pid: 3 }, 'failing', false],
  [{ outcome: 'failed', error: new LbError('apply', 'x') }, 'failing', false],
] as const satisfies readonly (readonly [OutputReport['result'], string, boolean])[])(
  'after %j it is %s',
  (result, state, ready) => {
    const status = toStatus(known(result));
    expect(status.outputs[0]).toMatchObject({
      state,
      generation: 'g',
      lastSuccessMs: 5,
      lastChange: 'nginx: reloaded: x',
      oldWorkers: 3,
    });
    expect(status.outputs[0]?.problem === null).toBe(state === 'ok');
    expect(readiness(status, 0).ready).toBe(ready);
  },
);

test("nodes are counted by state for each app, an app's without nodes too", () => {
  expect(toStatus(known({ outcome: 'none' })).apps).toEqual([
    { app: 'blog', nodes: { ready: 0, drain: 0, down: 0 } },
    { app: 'todos', nodes: { ready: 1, drain: 1, down: 2 } },
  ]);
});

test('a list that is not obeyed, and a run that came to nothing, are guards; what was left out is none', () => {
  const status = toStatus({
    ...known({ outcome: 'none' }),
    failure: new LbError('invalid', 'cluster.yaml is not valid'),
    notices: [
      { kind: 'guard', app: 'todos', message: 'g' },
      { kind: 'left-out', app: 'todos', message: 'l' },
      { kind: 'held', app: 'todos', message: 'h' },
    ],
  });
  expect(status.guards).toEqual([
    { app: '', reason: 'cluster.yaml is not valid' },
    { app: 'todos', reason: 'g' },
  ]);
  expect(readiness(status, 0).ready).toBe(false);
});

test('where something is wrong with the description, its line is told', () => {
  const diagnostics = [
    {
      severity: 'error',
      code: 'unknown-key',
      message: 'no such key',
      hint: null,
      path: [],
      place: { file: 'cluster.yaml', line: 3, column: 5 },
    },
  ] as const;
  const told = 'not valid: cluster.yaml:3:5 no such key';
  const failure = new LbError('invalid', 'not valid', { diagnostics });
  expect(toStatus({ ...known({ outcome: 'none' }), failure }).guards).toEqual([{ app: '', reason: told }]);
  const failed = toStatus(known({ outcome: 'failed', error: failure }));
  expect(failed.outputs[0]?.problem).toBe(`nginx: ${told}`);
  const refused = { ...output({ outcome: 'refused', by: 'check', output: 'x' }), diagnostics };
  expect(toStatus({ ...known({ outcome: 'none' }), outputs: [refused] }).outputs[0]?.problem).toMatch(
    /stays as it was: cluster\.yaml:3:5 no such key$/,
  );
});

test('before the first run there is nothing to be ready for', () => {
  const status = toStatus({ ...known({ outcome: 'none' }), cluster: null, outputs: [], sources: [] });
  expect(status).toEqual({ outputs: [], apps: [], guards: [], sources: [] });
  expect(readiness(status, 0).ready).toBe(false);
});

test('sources are told as they fared', () => {
  expect(toStatus(known({ outcome: 'none' })).sources).toEqual([
    { name: 'todos: file nodes.yaml', ok: false, failures: 2, problem: 'gone' },
  ]);
});
