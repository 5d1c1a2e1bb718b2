import { styleText } from 'node:util';
import type { Diagnostic, Severity } from './diagnostic.ts';

/** Ways to print findings. */
export const FORMATS = ['text', 'json', 'github'] as const;
export type Format = (typeof FORMATS)[number];

/**
 * Findings as text that ends in a line break, or '' where there are none (JSON: always an array).
 * `colour` applies to `text` alone.
 */
export const formatDiagnostics = (
  diagnostics: readonly Diagnostic[],
  format: Format,
  { colour = false }: { readonly colour?: boolean } = {},
): string => {
  switch (format) {
    case 'json':
      return `${JSON.stringify(diagnostics, null, 2)}\n`;
    case 'github':
      return diagnostics.map(githubAnnotation).join('');
    case 'text':
      return diagnostics.map((diagnostic) => textLines(diagnostic, colour)).join('');
    default:
      return format satisfies never;
  }
};

const COLOURS = { error: 'red', warning: 'yellow', info: 'cyan' } as const satisfies Record<Severity, string>;

const textLines = ({ severity, code, message, hint, place }: Diagnostic, colour: boolean): string => {
  const label = `${severity}[${code}]`;
  const where = place === null ? '' : `${visible(place.file)}:${place.line}:${place.column} `;
  const painted = colour ? styleText([COLOURS[severity], 'bold'], label, { validateStream: false }) : label;
  return `${where}${painted} ${visible(message)}\n${hint === null ? '' : `    ${visible(hint)}\n`}`;
};

/** GitHub's workflow command; its own escapes for data and for properties. */
const githubAnnotation = ({ severity, code, message, hint, place }: Diagnostic): string => {
  const level = severity === 'info' ? 'notice' : severity;
  const where =
    place === null ? '' : `file=${githubProperty(place.file)},line=${place.line},col=${place.column},`;
  const text = hint === null ? message : `${message}\n${hint}`;
  return `::${level} ${where}title=${githubProperty(`meteor-lb ${code}`)}::${githubData(text)}\n`;
};

const githubData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const githubProperty = (text: string): string =>
  githubData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Control characters as escapes, so that a description cannot write to the terminal. */
export const visible = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (char) => {
    const escaped = JSON.stringify(char).slice(1, -1);
    // JSON leaves DEL and the C1 controls as they are; a terminal may obey them.
    return escaped === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
  });
