import { type Document, isMap, isNode, isPair, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Diagnostic, Path, Place } from '../../diagnostics/diagnostic.ts';

/** Finds the place of a value in the text, or of its key; a path that is not there gives its nearest parent. */
export type Locate = (path: Path, of?: 'value' | 'key') => Place;

/** What a text holds; `diagnostics` are errors, and then `value` means nothing. */
export interface ParsedText {
  readonly value: unknown;
  readonly locate: Locate;
  readonly diagnostics: readonly Diagnostic[];
}

/** Aliases that expand to more nodes than this are taken for an attack ("billion laughs"). */
const MAX_ALIASES = 100;

/** Reads YAML 1.2, or JSON, which is a part of it. Never throws. */
export const parseText = (text: string, file: string): ParsedText => {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    const place = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
    };
    const locate: Locate = (path, of = 'value') => place(offsetOf(document, path, of));
    const problems = [...document.errors, ...document.warnings];
    const diagnostics = problems.map(({ code, message, pos }) =>
      code === 'DUPLICATE_KEY'
        ? yamlError('duplicate-key', 'this key is here twice', 'keep one of them', place(pos[0]))
        : yamlError('syntax', message, null, place(pos[0])),
    );
    const value = diagnostics.length > 0 ? null : document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, locate, diagnostics };
  } catch (error) {
    const start: Place = { file, line: 1, column: 1 };
    return { value: null, locate: () => start, diagnostics: [explain(error, start)] };
  }
};

/** The YAML library throws for two things that it can't give a place for. */
const explain = (error: unknown, place: Place): Diagnostic => {
  if (error instanceof RangeError) {
    return yamlError('too-deep', 'the description is nested too deeply to be read', null, place);
  }
  if (error instanceof ReferenceError) {
    return yamlError('too-many-aliases', 'aliases (*name) expand to too much', 'write the values out', place);
  }
  throw error;
};

const yamlError = (code: string, message: string, hint: string | null, place: Place): Diagnostic => ({
  severity: 'error',
  code,
  message,
  hint,
  path: [],
  place,
});

const offsetOf = (document: Document, path: Path, of: 'value' | 'key'): number => {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  path.forEach((step, index) => {
    const last = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && String((item.key as Node | null) ?? '') === String(step),
      );
      const key = start(pair?.key);
      node = pair?.value;
      offset = (last && of === 'key' ? key : (start(node) ?? key)) ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = start(node) ?? offset;
    } else {
      node = undefined;
    }
  });
  return offset;
};

const start = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
