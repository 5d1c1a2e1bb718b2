import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong with a list, in words. */
export const problem = (code: 'source-unreadable' | 'left-out', message: string): Diagnostic => ({
  severity: 'error',
  code,
  message,
  hint: null,
  path: [],
  place: null,
});
