import { expect, test } from 'vitest';
import { statusLine } from '../../../src/watch/status/status-line.ts';
import { outputStatus, watchStatus } from './status.ts';

const ok = outputStatus();
const changed = outputStatus({ lastChange: 'nginx: reloaded: x' });

test.each([
  ['in step', { outputs: [ok] }],
  ['in step: nginx: reloaded: x', { outputs: [changed] }],
  ['in step: a reload waits', { outputs: [{ ...changed, state: 'waiting', problem: 'a reload waits' }] }],
  [
    'not in step: no proxy serves it; refused',
    {
      outputs: [
        { ...changed, state: 'failing', problem: 'no proxy serves it' },
        { ...changed, state: 'failing', problem: 'refused' },
        changed,
      ],
    },
  ],
  [
    'not in step: it is not valid; todos: the last good list stays',
    {
      guards: [
        { app: '', reason: 'it is not valid' },
        { app: 'todos', reason: 'the last good list stays' },
      ],
    },
  ],
  ['not in step', { outputs: [] }],
] as const)('says: %s', (line, changes) => {
  expect(statusLine(watchStatus(changes))).toBe(line);
});

test('is short, however much there is to say', () => {
  const line = statusLine(watchStatus({ guards: [{ app: '', reason: 'x'.repeat(5000) }] }));
  expect(line).toMatch(/^not in step: x+…$/);
  expect(Buffer.byteLength(`STATUS=${line}`)).toBeLessThan(4096);
});
