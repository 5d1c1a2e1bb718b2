import type { z } from 'zod';
import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import { ownMessage } from '../schema/mistake.ts';

type Issue = z.core.$ZodIssue;

/** What there is to say of an issue. */
export interface Words {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** The value that an issue is about. */
export interface Found {
  /** undefined where it is missing. */
  readonly value: unknown;
  /** How it is written, if that says more than the value. */
  readonly written: string | null;
  /** The keys that it could have. */
  readonly keys: readonly string[];
}

/** An issue in the words of a person: the schema's own, or else better ones than zod's. */
export const describeIssue = (issue: Issue, found: Found): Words => {
  const own = ownMessage(issue.message);
  const words = describe(issue, found);
  const slip = issue.code === 'invalid_type' ? slipHint(issue.expected, found.value) : null;
  return { ...words, message: own?.message || words.message, hint: slip ?? own?.hint ?? words.hint };
};

const describe = (issue: Issue, found: Found): Words => {
  const { value } = found;
  switch (issue.code) {
    case 'invalid_type':
      return {
        code: value === undefined ? 'missing-key' : 'wrong-type',
        message: value === undefined ? 'is missing' : wrongType(issue.expected, value),
        hint: typeHint(issue.expected, found),
      };
    case 'invalid_union':
      return {
        code: 'wrong-type',
        message: value === null ? 'is empty' : 'has none of the forms it may have',
        hint: null,
      };
    case 'invalid_value':
      return describeChoice(issue.values.map(String), found);
    case 'too_big':
      return { code: 'out-of-range', message: tooBig(issue), hint: null };
    case 'too_small':
      return { code: 'out-of-range', message: tooSmall(issue), hint: null };
    case 'custom':
      return {
        code: issue.params?.needs === undefined ? 'bad-value' : 'missing-key',
        message: 'is not allowed',
        hint: null,
      };
    default:
      return { code: 'bad-format', message: 'is not allowed', hint: null };
  }
};

const describeChoice = (choices: readonly string[], { value }: Found): Words => {
  const all = choices.join(', ');
  if (value === undefined) return { code: 'missing-key', message: 'is missing', hint: `one of ${all}` };
  const message = choices.length === 1 ? `can only be ${all}` : `is none of ${all}`;
  const meant = typeof value === 'string' ? didYouMean(value, choices) : null;
  return {
    code: 'not-a-choice',
    message: value === null ? 'is empty' : message,
    hint: meant !== null ? `did you mean ${meant}?` : value === null ? `one of ${all}` : null,
  };
};

const wrongType = (expected: string, value: unknown): string => {
  const wanted = NAMES[expected] ?? expected;
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return `is a list, not ${wanted}`;
  return typeof value === 'object' ? `is a map of keys, not ${wanted}` : `is not ${wanted}`;
};

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

/** What is known to go wrong in writing YAML. */
const slipHint = (expected: string, value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  switch (expected) {
    case 'number':
    case 'int':
      return /^[0-9]+$/.test(value) ? `write it without quotes: ${value}` : null;
    case 'boolean':
      if (/^(true|yes|on)$/i.test(value)) return 'write true, without quotes';
      return /^(false|no|off)$/i.test(value) ? 'write false, without quotes' : null;
    case 'array':
      return /^-\S/.test(value) ? 'after each "-" stands a blank' : null;
    case 'object':
    case 'record':
      return /^[A-Za-z]+:\S/.test(value) ? 'after the ":" of a key stands a blank' : null;
    default:
      return null;
  }
};

const typeHint = (expected: string, { value, written, keys }: Found): string | null => {
  if (value === undefined) return null;
  switch (expected) {
    case 'string':
      return written === null || value === null ? null : `write it in quotes: "${written}"`;
    case 'array':
      return value === null ? 'a list belongs here' : null;
    case 'object':
      return keys.length === 0 ? null : `known here: ${keys.join(', ')}`;
    default:
      return null;
  }
};

interface Limit {
  readonly origin: string;
  readonly maximum?: number | bigint;
  readonly minimum?: number | bigint;
}

const tooBig = ({ origin, maximum }: Limit): string => {
  if (origin === 'string') return `is longer than ${maximum} characters`;
  return origin === 'array' ? `has more than ${maximum} entries` : `is more than ${maximum}`;
};

const tooSmall = ({ origin, minimum }: Limit): string =>
  origin === 'string' || origin === 'array' ? 'is empty' : `is less than ${minimum}`;
