import type { z } from 'zod';
import type { Path } from '../../diagnostics/diagnostic.ts';
import { ownMessage } from '../schema/mistake.ts';
import { valueAt } from './value-at.ts';

type Issue = z.core.$ZodIssue;

/** Of a choice between forms, what is wrong with the one that the value was most likely meant to have. */
export const chooseBranch = (issue: Issue, value: unknown): readonly Issue[] => {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0 || ownMessage(issue.message))
    return [issue];
  const depth = issue.path.length;
  const found = valueAt(value, issue.path as Path);
  const branches = issue.errors.map((branch) =>
    branch.flatMap((one) => chooseBranch({ ...one, path: [...issue.path, ...one.path] } as Issue, value)),
  );
  const likely = branches.filter((branch) => !branch.some((one) => isOfOtherType(one, depth, found)));
  const [first, ...others] = likely;
  if (first === undefined) return [issue];
  return others.reduce(
    (best, branch) => (unlikeness(branch, depth, value) < unlikeness(best, depth, value) ? branch : best),
    first,
  );
};

const isOfOtherType = ({ code, path }: Issue, depth: number, found: unknown): boolean =>
  path.length === depth &&
  (code === 'invalid_type' || (code === 'invalid_value' && typeof found === 'object'));

/** What a form must have and the value has not tells more against it than anything else. */
const unlikeness = (branch: readonly Issue[], depth: number, value: unknown): number =>
  branch.reduce((sum, { path }) => {
    const isMissing = path.length === depth + 1 && valueAt(value, path as Path) === undefined;
    return sum + (isMissing ? 100 : 1);
  }, 0);
