import { z } from 'zod';
import { explainIssues } from '../cluster/read/explain-issues.ts';
import { type ParsedText, parseText } from '../cluster/read/parse-text.ts';
import { valueAt } from '../cluster/read/value-at.ts';
import { type ListedEntry, listedEntry, nodeEntry, ownEntry } from '../cluster/schema/node.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isVast, MOST_NODES, tooMany } from './limits.ts';
import { problem } from './problem.ts';

/** What a list of nodes holds. */
export interface NodeList {
  readonly entries: readonly ListedEntry[];
  /** What is wrong with the entries that were left out. */
  readonly leftOut: readonly Diagnostic[];
}

/** A text that is no list of nodes at all. */
export interface NoList {
  readonly diagnostics: readonly Diagnostic[];
}

const listSchema = z.array(nodeEntry);

/** Of one, from a text of its own. */
const ownSchema = z.array(ownEntry);

/** What several sources list together may be more. */
const inventoryListSchema = z.array(listedEntry);

/**
 * The nodes of a YAML or JSON list, or of lines of host:port. An entry that is wrong is left out and told; a text that is
 * no list is told as a whole.
 */
export const readNodes = (text: string, file: string): NodeList | NoList => {
  if (isVast(text))
    return noList(`${file} has more in it than a list of ${MOST_NODES} nodes, the most that are taken`);
  return readListAt([], isLines(text) ? parseLines(text, file) : parseText(text, file));
};

/** The one node of a text: an entry in YAML or JSON, or one line of host:port; told and left out where it is none. */
export const readOneNode = (text: string, file: string): NodeList => {
  const parsed = isLines(text) ? firstLine(parseLines(text, file)) : parseText(text, file);
  if (parsed.diagnostics.length > 0) return { entries: [], leftOut: parsed.diagnostics };
  const own: ParsedText = {
    ...parsed,
    value: [parsed.value],
    locate: ([_, ...path], of) => parsed.locate(path, of),
    written: ([_, ...path]) => parsed.written(path),
  };
  const list = readListAt([], own, ownSchema);
  return 'entries' in list
    ? { entries: list.entries.map(withoutOwner), leftOut: list.leftOut }
    : { entries: [], leftOut: list.diagnostics };
};

const withoutOwner = ({
  owner: _,
  ...node
}: ListedEntry & { readonly owner?: string | undefined }): ListedEntry => node;

/** The nodes that an `--inventory` file has for an app. */
export const readInventoryNodes = (text: string, file: string, app: string): NodeList | NoList =>
  readListAt(['apps', app], parseText(text, file), inventoryListSchema);

const readListAt = (
  at: readonly string[],
  parsed: ParsedText,
  entries: z.ZodType<readonly ListedEntry[]> = listSchema,
): NodeList | NoList => {
  const { diagnostics } = parsed;
  if (diagnostics.length > 0) return { diagnostics };
  const value: unknown = parsed.value ?? (at.length === 0 ? [] : {});
  const list = valueAt(value, at) ?? [];
  if (entries === listSchema && Array.isArray(list) && list.length > MOST_NODES)
    return noList(tooMany(list.length));
  const schema = schemaAt(at, entries);
  const result = schema.safeParse(value);
  const found = result.success ? [] : explainIssues(result.error.issues, schema, { ...parsed, value });
  const depth = at.length;
  if (!Array.isArray(list) || found.some(({ path }) => path.length <= depth)) return { diagnostics: found };
  const bad = new Set(found.map(({ path }) => path[depth]));
  return { entries: entries.parse(list.filter((_, index) => !bad.has(index))), leftOut: found };
};

const noList = (message: string): NoList => ({ diagnostics: [problem('source-unreadable', message)] });

const schemaAt = (at: readonly string[], entries: z.ZodType): z.ZodType =>
  at.reduceRight<z.ZodType>((inner, key) => z.looseObject({ [key]: inner.optional() }), entries);

/** Whether a text is lines of host:port, of which some may be wrong, and not YAML or JSON. */
const isLines = (text: string): boolean => {
  const lines = text.split('\n').map(contentOf);
  return (
    lines.some((line) => /^\S+:[0-9]+$/.test(line)) &&
    !lines.some((line) => /^-( |$)|^[[{]( |"|\{|$)|: |["{]/.test(line))
  );
};

/** A line without its comment, and without blanks around it. */
const contentOf = (line: string): string => line.replace(/(^|\s)#[^\n]*$/, '').trim();

/** One line alone; several are no node. */
const firstLine = (parsed: ParsedText): ParsedText => {
  const lines = parsed.value as readonly string[];
  return { ...parsed, value: lines.length === 1 ? lines[0] : lines };
};

/** Each line is one text, whatever it would mean in YAML. */
const parseLines = (text: string, file: string): ParsedText => {
  const entries = text.split('\n').flatMap((line, index) => {
    const content = contentOf(line);
    if (content === '') return [];
    return [{ content, place: { file, line: index + 1, column: line.indexOf(content) + 1 } }];
  });
  return {
    value: entries.map(({ content }) => content),
    locate: ([index]) => entries[Number(index ?? 0)]?.place ?? { file, line: 1, column: 1 },
    written: () => null,
    diagnostics: [],
  };
};
