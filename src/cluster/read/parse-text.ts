import { type Document, LineCounter, parseDocument } from 'yaml';
import type { Diagnostic, Path, Place } from '../../diagnostics/diagnostic.ts';
import { checkAliases } from './check-aliases.ts';
import { checkKeys } from './check-keys.ts';
import { explainSyntax, TOO_DEEP } from './explain-syntax.ts';
import { createLocator } from './locate.ts';

/** Finds the place of a value in the text, or of its key; a path that is not there gives its nearest parent. */
export type Locate = (path: Path, of?: 'value' | 'key') => Place;

/** What a text holds; `diagnostics` are errors, and then `value` means nothing. */
export interface ParsedText {
  readonly value: unknown;
  readonly locate: Locate;
  /** A number or a word such as `true` as it is written; null for anything else. */
  readonly written: (path: Path) => string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads YAML 1.2, or JSON, which is a part of it. Never throws. */
export const parseText = (text: string, file: string): ParsedText => {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false, // takes the library long where keys are many; checkKeys looks at them
    });
    const locator = createLocator(document);
    const diagnostics = mistakesIn(document, text).map(({ code, message, hint, offset }) =>
      yamlError({ code, message, hint }, place(offset)),
    );
    return {
      value: diagnostics.length > 0 ? null : document.toJS({ maxAliasCount: -1 }), // checkAliases has counted them
      locate: (path, of = 'value') => place(locator.offsetOf(path, of)),
      written: locator.written,
      diagnostics,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // of the call stack
    const start: Place = { file, line: 1, column: 1 };
    return {
      value: null,
      locate: () => start,
      written: () => null,
      diagnostics: [yamlError(TOO_DEEP, start)],
    };
  }
};

interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly offset: number;
}

const mistakesIn = (document: Document, text: string): readonly Mistake[] => {
  const syntax = explainSyntax(document, text);
  return syntax.length > 0 ? syntax : [...checkKeys(document), ...checkAliases(document)];
};

const yamlError = ({ code, message, hint }: Omit<Mistake, 'offset'>, place: Place): Diagnostic => ({
  severity: 'error',
  code,
  message,
  hint,
  path: [],
  place,
});
