import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What users read, by its path in the project. */
export const DOCUMENTS = ['README.md', ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`)];

/** A fenced block of a document. */
export interface Block {
  /** `README.md:38`, where its text begins. */
  readonly place: string;
  readonly document: string;
  readonly language: string;
  /** The headings above it: the nearest one is the last. */
  readonly heading: string;
  /** Without the indentation of its fence. */
  readonly text: string;
}

/** All blocks of a document, in its order. */
export const blocksOf = (document: string): readonly Block[] => {
  const blocks: Block[] = [];
  let heading = '';
  let open: {
    readonly fence: string;
    readonly line: number;
    readonly language: string;
    readonly lines: string[];
  } | null = null;
  readDocument(document)
    .split('\n')
    .forEach((line, index) => {
      if (open === null) {
        heading = /^#+ (.*)/.exec(line)?.[1] ?? heading;
        const [, fence, language = ''] = /^( *```)([a-z]*)$/.exec(line) ?? [];
        if (fence !== undefined) open = { fence, line: index + 2, language, lines: [] };
      } else if (line === open.fence) {
        const { language, lines } = open;
        blocks.push({
          place: `${document}:${open.line}`,
          document,
          language,
          heading,
          text: lines.join('\n'),
        });
        open = null;
      } else open.lines.push(line.slice(open.fence.length - 3));
    });
  if (open !== null) throw new Error(`${document} has a fence that does not end`);
  return blocks;
};

/** The text of the only block under a heading that begins like this. */
export const blockOf = (document: string, heading: string, begins: string): string => {
  const found = blocksOf(document).filter(
    (block) => block.heading === heading && block.text.startsWith(begins),
  );
  const [block] = found;
  if (block === undefined || found.length > 1)
    throw new Error(`${document} has ${found.length} blocks under "${heading}" that begin with "${begins}"`);
  return block.text;
};

export const readDocument = (document: string): string => readFileSync(`${ROOT}${document}`, 'utf8');
