import type { z } from 'zod';
import type { Diagnostic, Path } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import { chooseBranch } from './choose-branch.ts';
import { describeIssue, type Words } from './describe-issue.ts';
import { createKnownKeys, type KnownKeys } from './known-keys.ts';
import type { ParsedText } from './parse-text.ts';
import { scalarOn, valueAt } from './value-at.ts';

type Issue = z.core.$ZodIssue;
type Reading = Pick<ParsedText, 'value' | 'locate' | 'written'>;

/** A diagnostic with what it has to do with others. */
interface Explained {
  readonly diagnostic: Diagnostic;
  /** What an unknown key was probably meant to be: nothing, a key, or something that would have given all of them. */
  readonly meant: readonly Path[];
  /** What would have to be there. */
  readonly needs: readonly Path[];
}

/** Turns what the schema found into diagnostics in the words of a person, each with its place. */
export const explainIssues = (
  issues: readonly Issue[],
  schema: z.ZodType,
  reading: Reading,
): readonly Diagnostic[] => {
  const keys = createKnownKeys(schema);
  const explained = issues
    .flatMap((issue) => chooseBranch(issue, reading.value))
    .flatMap((issue) => explain(issue, keys, reading));
  return withoutEchoes(explained);
};

/** A path as people write it: `apps.todos.nodes[0].port`. */
const pathText = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');

const explain = (issue: Issue, keys: KnownKeys, reading: Reading): readonly Explained[] => {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey(key, path, keys, reading));
  if (issue.code === 'invalid_key') return [badKey(issue, path, reading)];
  const { value, locate, written } = reading;
  const at = scalarOn(value, path);
  const found = valueAt(value, at);
  const words = describeIssue(issue, { value: found, written: written(at), keys: keys.at(at) });
  const shown = words.code === 'missing-key' || found === null ? null : (written(at) ?? preview(found));
  const inside = path.slice(at.length).join('.');
  const subject = [pathText(at) || 'the file', shown, inside].filter(Boolean).join(': ');
  return [
    {
      diagnostic: finding({ ...words, message: `${subject} ${words.message}` }, path, locate(path)),
      meant: [],
      needs: needsOf(issue, words, path),
    },
  ];
};

const needsOf = (issue: Issue, { code }: Words, path: Path): readonly Path[] => {
  if (issue.code !== 'custom') return code === 'missing-key' ? [path] : [];
  return ((issue.params?.needs ?? []) as readonly string[]).map((key) => [...path, key]);
};

const badKey = (issue: z.core.$ZodIssueInvalidKey, path: Path, { locate }: Reading): Explained => {
  const [first] = issue.issues;
  const words = describeIssue(first ?? issue, { value: path.at(-1), written: null, keys: [] });
  const message = `${pathText(path.slice(0, -1))}: ${preview(path.at(-1))} ${words.message}`;
  return { diagnostic: finding({ ...words, message }, path, locate(path, 'key')), meant: [], needs: [] };
};

const unknownKey = (key: string, parent: Path, keys: KnownKeys, { value, locate }: Reading): Explained => {
  const path = [...parent, key];
  const known = keys.at(parent);
  const meant = didYouMean(key, known);
  const slip = yamlSlip(key, valueAt(value, path));
  const message = `${pathText(path)} is not a known key`;
  return {
    diagnostic: finding(
      { code: 'unknown-key', message, hint: slip ?? unknownKeyHint(key, meant, known, keys) },
      path,
      locate(path, 'key'),
    ),
    meant: (slip !== null ? known : meant !== null ? [meant] : []).map((one) => [...parent, one]),
    needs: [],
  };
};

const unknownKeyHint = (
  key: string,
  meant: string | null,
  known: readonly string[],
  keys: KnownKeys,
): string => {
  if (meant !== null) return `did you mean ${meant}?`;
  const places = keys.elsewhere(key);
  if (places.length > 0) return `it belongs in ${places.join(' or ')}`;
  return `known here: ${known.join(', ')}`;
};

/** What was not meant to be a key at all. */
const yamlSlip = (key: string, value: unknown): string | null => {
  if (key === '<<') return 'YAML 1.2 has no merge keys: write the values out, or use an alias for each';
  return typeof value === 'number' && /[.:]/.test(key)
    ? 'if this is one text, as in 10.0.0.11:3000, no blank follows its ":"'
    : null;
};

/** One finding for one mistake: a misspelt key is not missing too, and a value that fails two checks is wrong once. */
const withoutEchoes = (explained: readonly Explained[]): readonly Diagnostic[] => {
  const meant = new Set(explained.flatMap(({ meant }) => meant.map(pathText)));
  const told = new Set<string>();
  return explained
    .filter(({ needs }) => !needs.some((path) => meant.has(pathText(path))))
    .map(({ diagnostic }) => diagnostic)
    .filter(({ code, path }) => {
      const key = code === 'unknown-key' ? null : pathText(path);
      if (key === null) return true;
      const isNew = !told.has(key);
      told.add(key);
      return isNew;
    });
};

const finding = ({ code, message, hint }: Words, path: Path, place: Diagnostic['place']): Diagnostic => ({
  severity: 'error',
  code,
  message,
  hint,
  path,
  place,
});

const preview = (value: unknown): string | null => {
  if (typeof value === 'object' || value === undefined) return null;
  const text = JSON.stringify(value).replace(/(?<=:\/\/)[^/@\s]*@/, '…@'); // no password of a URL
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};
