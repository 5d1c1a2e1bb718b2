import { type Statement, SyntaxMistake } from './statement.ts';

/** The sections of a configuration of HAProxy with their lines. Throws SyntaxMistake. */
export const parseHaproxy = (text: string): readonly Statement[] => {
  const sections: { words: readonly string[]; block: Statement[] }[] = [];
  text.split('\n').forEach((line, index) => {
    const words = readWords(line, index + 1);
    const [keyword] = words;
    if (keyword === undefined) return;
    if (keyword.startsWith('.')) throw new SyntaxMistake(`a condition: ${keyword}`, index + 1);
    const section = sections.at(-1);
    if (SECTIONS.has(keyword)) sections.push({ words, block: [] });
    else if (section) section.block.push({ words, block: null });
    else throw new SyntaxMistake(`"${keyword}" before any section`, index + 1);
  });
  return sections;
};

/** A line that starts with one of these, however far it is indented, begins a section. */
const SECTIONS = new Set(
  [
    'acme backend cache crt-store defaults fcgi-app frontend global http-errors listen',
    'log-forward log-profile mailers peers program resolvers ring traces userlist',
  ].flatMap((line) => line.split(' ')),
);

/** More words in a line than this are an error (MAX_LINE_ARGS). */
const MOST_WORDS = 64;

/** Blanks that separate words: C's isspace. */
const BLANK = /[ \t\v\f\r]/;

/** The words of a line, as `parse_line` of HAProxy's src/tools.c splits it, from 2.4 to 3.4. */
const readWords = (line: string, number: number): readonly string[] => {
  const words: string[] = [];
  let word: string | null = null; // null between words: '' is a word that was quoted
  let quote: string | null = null;
  const emit = (text: string): void => {
    word = (word ?? '') + text;
  };
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === '\0' || char === '\r') break;
    if (char === quote) quote = null;
    else if (quote === "'") emit(char);
    else if (char === '\\') {
      const { text, length } = escapeAt(line.slice(at + 1), quote, number);
      emit(text);
      at += length;
    } else if (char === '$' && quote === '"') {
      throw new SyntaxMistake('a variable of the environment', number);
    } else if (quote === '"') emit(char);
    else if (char === '#') break;
    else if (char === '"' || char === "'") {
      quote = char;
      emit('');
    } else if (BLANK.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else emit(char);
  }
  if (quote !== null) throw new SyntaxMistake(`no ${quote} ends the word`, number);
  if (word !== null) words.push(word);
  if (words.length > MOST_WORDS) throw new SyntaxMistake(`${words.length} words`, number);
  return words;
};

const CONTROL: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

/** What a backslash and the text after it stand for, and how much of that text was taken. */
const escapeAt = (
  after: string,
  quote: string | null,
  number: number,
): { readonly text: string; readonly length: number } => {
  const char = after.charAt(0);
  if (char === 'x') {
    const digits = /^x([0-9a-fA-F]{2})/.exec(after)?.[1];
    if (digits === undefined) throw new SyntaxMistake('an incomplete \\x', number);
    return { text: String.fromCharCode(Number.parseInt(digits, 16)), length: 3 };
  }
  if (char in CONTROL) return { text: CONTROL[char] ?? '', length: 1 };
  const isEscaped = char !== '' && (' \\#\'"'.includes(char) || (char === '$' && quote === '"'));
  return isEscaped ? { text: char, length: 1 } : { text: '\\', length: 0 };
};
