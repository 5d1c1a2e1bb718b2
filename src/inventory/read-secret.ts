import { LbError } from '../diagnostics/lb-error.ts';
import { readUserFile } from '../load/read-file.ts';
import type { System } from '../platform/system.ts';

/** Where a secret is read; nowhere where there is none. */
export interface SecretPlace {
  readonly file: string | undefined;
  /** Name of a variable of the environment. */
  readonly env: string | undefined;
}

/** What a secret looks like, and what to say of a text that does not. */
export interface SecretForm {
  readonly pattern: RegExp;
  readonly words: string;
}

/** It is sent as it is, in a header. */
export const TOKEN: SecretForm = {
  pattern: /^[\x21-\x7e]+$/,
  words: 'holds no token: one line of ASCII without blanks',
};

/** It is sent encoded. */
export const PASSWORD: SecretForm = { pattern: /^\P{Cc}+$/u, words: 'holds no password: one line' };

/**
 * A secret as it is now: the text of a file or of a variable without what is blank around it; null where there is none. Throws
 * LbError where it can't be had, or has not the form.
 */
export const readSecret = async (
  { file, env }: SecretPlace,
  form: SecretForm,
  resolve: (path: string) => string,
  system: System,
): Promise<string | null> => {
  if (file !== undefined) {
    const path = resolve(file);
    const text = await readUserFile(path, { failure: 'inventory', maxBytes: 16 * 1024 }, system);
    return checked(text.trim(), form, path);
  }
  if (env === undefined) return null;
  const text = system.variable(env);
  if (text === undefined)
    throw new LbError(
      'inventory',
      `${env} is not set in the environment of meteor-lb, which should hold a secret`,
    );
  return checked(text.trim(), form, env);
};

const checked = (text: string, { pattern, words }: SecretForm, name: string): string => {
  if (pattern.test(text)) return text;
  throw new LbError('inventory', `${name} ${words}`);
};
