/** How much a finding matters: an error refuses the description, a warning and an info do not. */
export type Severity = 'error' | 'warning' | 'info';

/** Where a finding is in a text; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the root of a description to a value. */
export type Path = readonly (string | number)[];

/** One finding about what a person or a source wrote. */
export interface Diagnostic {
  readonly severity: Severity;
  /** Stable, kebab-case; programs may rely on it. */
  readonly code: string;
  readonly message: string;
  /** What to do about it; null where the message says it all. */
  readonly hint: string | null;
  /** The value it is about, from the root of the description. */
  readonly path: Path;
  /** null where the finding is about no place in particular. */
  readonly place: Place | null;
}

/** Errors among findings. */
export const errorsOf = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.filter(({ severity }) => severity === 'error');

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/** Findings in the order of the text, at one place the gravest first; those without a place come last. */
export const inTextOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.toSorted(
    (a, b) =>
      (a.place?.line ?? Number.POSITIVE_INFINITY) - (b.place?.line ?? Number.POSITIVE_INFINITY) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
