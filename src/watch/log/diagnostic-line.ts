import type { Diagnostic } from '../../diagnostics/diagnostic.ts';

/** A finding as a line of a log. */
export const diagnosticLine = ({ place, message, hint }: Diagnostic): string => {
  const where = place === null ? '' : `${place.file}:${place.line}:${place.column} `;
  return `${where}${message}${hint === null ? '' : ` (${hint})`}`;
};

/** What is wrong in one line: the message, the first error with its place, and how many more there are. */
export const withFirstError = (message: string, diagnostics: readonly Diagnostic[]): string => {
  const [first, ...more] = diagnostics.filter(({ severity }) => severity === 'error');
  if (first === undefined) return message;
  const rest = more.length === 0 ? '' : `; and ${more.length} more`;
  return `${message}: ${diagnosticLine(first)}${rest}`;
};
