import type { z } from 'zod';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { explainIssues } from './explain-issues.ts';
import { type Locate, parseText } from './parse-text.ts';

/** A value that a text holds, with what was found; `value` is null where there are errors. */
export interface Structured<T> {
  readonly value: T | null;
  readonly locate: Locate;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads YAML or JSON and checks it against a schema; every mistake in one go. */
export const readStructured = <Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
): Structured<z.output<Schema>> => {
  const parsed = parseText(text, file);
  const { value, locate, diagnostics } = parsed;
  if (diagnostics.length > 0) return { value: null, locate, diagnostics };
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, locate, diagnostics: [] };
  return { value: null, locate, diagnostics: explainIssues(result.error.issues, schema, parsed) };
};
