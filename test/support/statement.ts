/** One directive of nginx, or one line or section of HAProxy, as the proxy itself reads it. */
export interface Statement {
  /** Its name and its arguments, unquoted. */
  readonly words: readonly string[];
  /** What is in its block or section; null where it has none. */
  readonly block: readonly Statement[] | null;
}

/** The text is not in the proxy's syntax; says where. */
export class SyntaxMistake extends Error {
  override readonly name = 'SyntaxMistake';

  constructor(message: string, line: number) {
    super(`line ${line}: ${message}`);
  }
}

/** All statements, each before those in its block. */
export const allStatements = (statements: readonly Statement[]): readonly Statement[] =>
  statements.flatMap((statement) => [statement, ...allStatements(statement.block ?? [])]);
