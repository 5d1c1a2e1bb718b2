import { type Document, isCollection, isScalar, visit, type YAMLError } from 'yaml';

/** What is wrong with the YAML itself, and where. */
export interface SyntaxMistake {
  readonly code: 'syntax' | 'too-deep';
  readonly message: string;
  readonly hint: string | null;
  readonly offset: number;
}

/**
 * The mistakes in a text that is not YAML, in the words of a person. Of those that the parser finds after it lost its way
 * none is told: they are about what it took the rest of the text for.
 */
export const explainSyntax = (document: Document, text: string): readonly SyntaxMistake[] => {
  const nul = text.indexOf('\0');
  if (nul !== -1) return [{ ...BINARY, offset: nul }];
  const conflict = /^<{7} .*$/m.exec(text);
  if (conflict !== null) return [{ ...MERGE_CONFLICT, offset: conflict.index }];
  const errors = [...document.errors, ...document.warnings];
  const lost = errors.findIndex(({ code }) => !FORGIVABLE.has(code));
  return errors.slice(0, lost === -1 ? undefined : lost + 1).map((error) => explain(error, document, text));
};

const BINARY = { code: 'syntax', message: 'a NUL character: this is no text file', hint: null } as const;

const MERGE_CONFLICT = {
  code: 'syntax',
  message: 'a merge conflict was left in the file',
  hint: 'decide for one side, and remove the lines with <<<<<<<, ======= and >>>>>>>',
} as const;

/** The parser knows how to go on after these. */
const FORGIVABLE: ReadonlySet<string> = new Set(['TAG_RESOLVE_FAILED', 'BAD_DQ_ESCAPE']);

const explain = (error: YAMLError, document: Document, text: string): SyntaxMistake => {
  const [at] = error.pos;
  const syntax = (message: string, hint: string | null, offset = at): SyntaxMistake => ({
    code: 'syntax',
    message,
    hint,
    offset,
  });
  if (error.code === 'RESOURCE_EXHAUSTION') return { ...TOO_DEEP, offset: at };
  if (/^Missing closing/.test(error.message)) {
    return syntax('this quote is never closed', null, openingOf(document, at));
  }
  const close = /end with a ([\]}])$/.exec(error.message)?.[1];
  if (close !== undefined) {
    const open = close === ']' ? '[' : '{';
    return syntax(`this ${open} is never closed`, `${close} is missing`, openingOf(document, at));
  }
  const rule = RULES.find(([code, words]) => code === error.code && words.test(error.message));
  if (rule === undefined) return syntax(lowerFirst(error.message), null);
  const [, , message, hint] = rule;
  const written = text.slice(at, error.pos[1]);
  return syntax(
    message.replace('$&', () => written),
    hint,
    afterBlanks(text, at),
  );
};

/** The description can't be read to its end. */
export const TOO_DEEP = {
  code: 'too-deep',
  message: 'this is nested too deeply to be read',
  hint: null,
} as const;

const ANY = /(?:)/;
const NOT_A_PAIR = ['this is not of the form "key: value"', 'after a key stand a ":" and a blank'] as const;
const UNLIKE = [
  'this line is indented unlike those it belongs to',
  'keys of one map, and the "-" of one list, start in the same column',
] as const;

/** The parser's codes and messages with what they mean to somebody who wrote a description. */
const RULES: readonly (readonly [code: string, words: RegExp, message: string, hint: string | null])[] = [
  ['TAB_AS_INDENT', ANY, 'YAML is not indented with tabs', 'use spaces, here and in the lines below'],
  ['BAD_INDENT', ANY, ...UNLIKE],
  ['BLOCK_AS_IMPLICIT_KEY', /sequence/, ...UNLIKE],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    ANY,
    'a second ":" in one line',
    'if it is a part of the value, put the value in quotes',
  ],
  ['MULTILINE_IMPLICIT_KEY', ANY, ...NOT_A_PAIR],
  ['MISSING_CHAR', /followed by map values/, ...NOT_A_PAIR],
  ['MISSING_CHAR', /Missing ,/, 'a comma is missing before this', null],
  ['MISSING_CHAR', /without - indicator/, ...UNLIKE],
  ['BLOCK_IN_FLOW', ANY, 'this can not stand within [ ] or { }', 'a comma is missing, or a bracket'],
  [
    'UNEXPECTED_TOKEN',
    ANY,
    'this does not belong here',
    'something is missing before it, or a bracket or quote is one too many',
  ],
  ['BAD_SCALAR_START', ANY, 'a text can not start with "$&"', 'put the text in quotes'],
  ['BAD_DQ_ESCAPE', ANY, 'an unknown escape in double quotes', 'write "\\" twice, or use single quotes'],
  ['NON_STRING_KEY', ANY, 'a key can only be a text', 'a value that starts with { or [ must stand in quotes'],
  [
    'TAG_RESOLVE_FAILED',
    ANY,
    'the tag $& is not known',
    'write the value itself; if the "!" is a part of the text, put it in quotes',
  ],
  ['MULTIPLE_DOCS', ANY, 'a second document starts here', 'one file holds one: take out the "---"'],
];

/** Where the bracket or quote stands whose end was expected at an offset. */
const openingOf = (document: Document, end: number): number => {
  let opening: number | null = null;
  visit(document, {
    Node: (_key, node) => {
      const mayStayOpen = isCollection(node) ? node.flow === true : isScalar(node);
      if (mayStayOpen && node.range && node.range[1] === end) opening = node.range[0];
    },
  });
  return opening ?? end;
};

const afterBlanks = (text: string, offset: number): number =>
  offset + (/^ */.exec(text.slice(offset, offset + 1000))?.[0].length ?? 0);

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
