import type { z } from 'zod';
import type { Diagnostic, Path } from '../../diagnostics/diagnostic.ts';
import { didYouMean, knownKeys } from './known-keys.ts';
import type { Locate } from './parse-text.ts';

type Issue = z.core.$ZodIssue;

/** Turns what the schema found into diagnostics in the words of a person, each with its place. */
export const explainIssues = (
  issues: readonly Issue[],
  { schema, value, locate }: { readonly schema: z.ZodType; readonly value: unknown; readonly locate: Locate },
): readonly Diagnostic[] =>
  issues.flatMap(chooseBranch).flatMap((issue) => {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey(key, path, knownKeys(schema, path), locate));
    }
    const found = valueAt(value, path);
    const isKey = issue.code === 'invalid_key';
    const { code, message, hint } = isKey
      ? { code: 'bad-format', message: issue.issues[0]?.message ?? 'is not allowed', hint: null }
      : describe(issue, found);
    const shown = isKey ? preview(path.at(-1)) : code === 'missing-key' ? null : preview(found);
    const subject = [pathText(path), shown].filter((part) => part !== null && part !== '').join(': ');
    return [finding(code, `${subject} ${message}`.trim(), hint, path, locate(path, isKey ? 'key' : 'value'))];
  });

/** A path as people write it: `apps.todos.nodes[0].port`. */
export const pathText = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');

/** Of a choice between forms, the one that the value was most likely meant to have. */
const chooseBranch = (issue: Issue): readonly Issue[] => {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const within = issue.errors.map((branch) =>
    branch.map((one) => ({ ...one, path: [...issue.path, ...one.path] }) as Issue).flatMap(chooseBranch),
  );
  const depth = issue.path.length;
  const isOfOtherType = (one: Issue): boolean => one.code === 'invalid_type' && one.path.length === depth;
  const likely = within.filter((branch) => !branch.some(isOfOtherType));
  if (likely.length === 0) return [issue];
  return likely.reduce((best, branch) => (branch.length < best.length ? branch : best));
};

const describe = (issue: Issue, found: unknown): { code: string; message: string; hint: string | null } => {
  switch (issue.code) {
    case 'invalid_type':
      if (found === undefined) return { code: 'missing-key', message: 'is missing', hint: null };
      return { code: 'wrong-type', message: wrongType(issue), hint: null };
    case 'invalid_union':
      return { code: 'wrong-type', message: 'has none of the forms that are allowed here', hint: null };
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const meant = typeof found === 'string' ? didYouMean(found, allowed) : null;
      return {
        code: 'not-a-choice',
        message: `is none of ${allowed.join(', ')}`,
        hint: meant === null ? null : `did you mean ${meant}?`,
      };
    }
    case 'too_big':
      return {
        code: 'out-of-range',
        message: `is more than ${unit(issue.maximum, issue.origin)}`,
        hint: null,
      };
    case 'too_small':
      return {
        code: 'out-of-range',
        message: `is less than ${unit(issue.minimum, issue.origin)}`,
        hint: null,
      };
    default:
      return {
        code: issue.code === 'custom' ? 'bad-value' : 'bad-format',
        message: issue.message,
        hint: null,
      };
  }
};

/** Texts of the schema's own start with a verb; zod's are replaced. */
const wrongType = (issue: z.core.$ZodIssueInvalidType): string =>
  /^(is|has) /.test(issue.message)
    ? issue.message
    : `is not ${NAMES[issue.expected] ?? `of type ${issue.expected}`}`;

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

const unit = (limit: number | bigint, origin: string): string => {
  const what = { string: ' characters', array: ' entries' }[origin] ?? '';
  return `${limit}${what}`;
};

const unknownKey = (key: string, parent: Path, known: readonly string[], locate: Locate): Diagnostic => {
  const path = [...parent, key];
  const meant = didYouMean(key, known);
  const hint = meant === null ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`;
  return finding('unknown-key', `${pathText(path)} is not a known key`, hint, path, locate(path, 'key'));
};

const finding = (
  code: string,
  message: string,
  hint: string | null,
  path: Path,
  place: Diagnostic['place'],
): Diagnostic => ({ severity: 'error', code, message, hint, path, place });

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );

const preview = (value: unknown): string | null => {
  if (value === null) return 'nothing';
  if (typeof value === 'object' || value === undefined) return null;
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};
