import { type Statement, SyntaxMistake } from './statement.ts';

/** The directives of a configuration of nginx. Throws SyntaxMistake. */
export const parseNginx = (text: string): readonly Statement[] => readBlock(new Reader(text), false);

/** What ends the words of a directive. */
type End = ';' | '{' | '}' | 'file';

const readBlock = (reader: Reader, inside: boolean): readonly Statement[] => {
  const statements: Statement[] = [];
  for (;;) {
    const { words, end } = reader.readWords();
    switch (end) {
      case ';':
        statements.push({ words, block: null });
        break;
      case '{':
        statements.push({ words, block: readBlock(reader, true) });
        break;
      case '}':
        if (!inside) throw new SyntaxMistake('unexpected "}"', reader.line);
        return statements;
      case 'file':
        if (inside) throw new SyntaxMistake('the file ends inside a block', reader.line);
        return statements;
      default:
        return end satisfies never;
    }
  }
};

const BLANK = new Set([' ', '\t', '\r', '\n']);

/** nginx reads a file through a buffer of 4096 bytes (NGX_CONF_BUFFER); longer words it was measured to refuse. */
const MOST_BYTES = 4094;

/** Does what `ngx_conf_read_token` of nginx's src/core/ngx_conf_file.c does, from 1.18 to 1.31. */
class Reader {
  readonly #text: string;
  #at = 0;
  line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The words up to the next ";", "{" or "}", or the end of the file. */
  readWords(): { readonly words: readonly string[]; readonly end: End } {
    const words: string[] = [];
    for (;;) {
      const char = this.#next();
      if (char === undefined) {
        if (words.length > 0) throw new SyntaxMistake('the file ends, expecting ";" or "}"', this.line);
        return { words, end: 'file' };
      }
      if (BLANK.has(char)) continue;
      if (char === '#') {
        this.#skipComment();
        continue;
      }
      if (char === ';' || char === '{') {
        if (words.length === 0) throw new SyntaxMistake(`unexpected "${char}"`, this.line);
        return { words, end: char };
      }
      if (char === '}') {
        if (words.length > 0) throw new SyntaxMistake('unexpected "}"', this.line);
        return { words, end: '}' };
      }
      words.push(char === '"' || char === "'" ? this.#quotedWord(char) : this.#plainWord());
    }
  }

  #next(): string | undefined {
    const char = this.#text[this.#at];
    if (char !== undefined) this.#at++;
    if (char === '\n') this.line++;
    return char;
  }

  #skipComment(): void {
    for (let char = this.#next(); char !== undefined && char !== '\n'; ) char = this.#next();
  }

  /** The opening quote is read. A blank must follow the closing one, or an end, or ")". */
  #quotedWord(quote: string): string {
    const start = this.#at;
    for (let char = this.#next(); char !== quote; char = this.#next()) {
      if (char === '\\') this.#next();
      if (char === undefined) throw new SyntaxMistake(`no ${quote} ends the word`, this.line);
    }
    const word = this.#unescape(start, this.#at - 1);
    const after = this.#text[this.#at];
    if (after !== undefined && !BLANK.has(after) && !';{)'.includes(after)) {
      throw new SyntaxMistake(`unexpected "${after}" after ${quote}`, this.line);
    }
    return word;
  }

  /** Its first character is read. "{" ends it, but not in "${". */
  #plainWord(): string {
    this.#at--;
    const start = this.#at;
    for (let variable = false; ; ) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new SyntaxMistake('the file ends in a word', this.line);
      if (BLANK.has(char) || char === ';' || (char === '{' && !variable)) {
        return this.#unescape(start, this.#at);
      }
      variable = char === '$' || (variable && char === '{');
      this.#next();
      if (char === '\\') this.#next();
    }
  }

  #unescape(start: number, end: number): string {
    const raw = this.#text.slice(start, end);
    if (Buffer.byteLength(raw) > MOST_BYTES) throw new SyntaxMistake('too long parameter', this.line);
    return raw.replaceAll(/\\(["'\\trn])/g, (_, char: string) => ESCAPES[char] ?? char);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };
