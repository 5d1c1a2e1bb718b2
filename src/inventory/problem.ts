import type { Diagnostic } from '../diagnostics/diagnostic.ts';

/** What is wrong with a list, in words. */
export const problem = (
  code: 'source-unreadable' | 'left-out',
  message: string,
  hint: string | null = null,
): Diagnostic => ({
  severity: 'error',
  code,
  message,
  hint,
  path: [],
  place: null,
});
