import { LbError } from '../diagnostics/lb-error.ts';

/** What to throw for what yargs complains of: a usage error in our words, or the error that a command threw. */
export const usageError = (message: string | null, error: Error | undefined): Error => {
  if (error !== undefined && error.name !== 'YError') return error;
  const complaint = message ?? error?.message ?? 'this can not be understood';
  return new LbError('usage', inOurWords(complaint), { hint: 'meteor-lb --help lists what there is' });
};

/** The words of yargs name options without their dashes, and some take several lines. */
const inOurWords = (complaint: string): string => {
  for (const [theirs, ours] of WORDS) {
    if (theirs.test(complaint)) return complaint.replace(theirs, ours).replaceAll(/--(?=[a-z]\b)/g, '-');
  }
  return complaint;
};

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^Did you mean (.*)\?$/, 'there is no such command: did you mean $1?'],
  [/^Missing required argument: (.*)$/, '--$1 is missing'],
  [/^Not enough arguments following: (.*)$/, '--$1 needs a value'],
  [/^Invalid values:\s+Argument: (.*), Given: (.*), Choices: (.*)$/, '--$1: $2 is none of $3'],
];

/** Refuses options that are there but empty, as in `--out "$UNSET"`. */
export const refuseEmpty = (options: Readonly<Record<string, unknown>>): true => {
  const empty = Object.keys(options).find((name) => options[name] === '');
  if (empty === undefined) return true;
  throw new LbError('usage', `${empty.length === 1 ? '-' : '--'}${empty} is empty`);
};

/** Refuses words after `--` where no command is to be run. */
export const refuseCommandLine = ({ _: words, '--': line = [] }: CommandLine): true => {
  const [extra] = line;
  if (extra === undefined || words[0] === 'join') return true;
  throw new LbError('usage', `Unknown argument: ${extra}`);
};

interface CommandLine {
  readonly _: readonly (string | number)[];
  readonly '--'?: readonly string[];
}
