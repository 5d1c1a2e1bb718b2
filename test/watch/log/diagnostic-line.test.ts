import { expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { diagnosticLine, withFirstError } from '../../../src/watch/log/diagnostic-line.ts';

const finding = {
  severity: 'error',
  code: 'x',
  message: 'm',
  hint: null,
  path: [],
  place: null,
} as const satisfies Diagnostic;
const placed = { ...finding, hint: 'h', place: { file: 'f', line: 2, column: 3 } };

test('a finding is a line with its place and hint, where it has them', () => {
  expect(diagnosticLine(finding)).toBe('m');
  expect(diagnosticLine(placed)).toBe('f:2:3 m (h)');
});

test.each([
  [[], 'not valid'],
  [[{ ...placed, severity: 'warning' }], 'not valid'],
  [[{ ...finding, severity: 'warning' }, placed], 'not valid: f:2:3 m (h)'],
  [[placed, finding, finding], 'not valid: f:2:3 m (h); and 2 more'],
] as const)('of %j the first error is told, and how many more there are', (diagnostics, told) => {
  expect(withFirstError('not valid', diagnostics)).toBe(told);
});
