import { LbError } from '../diagnostics/lb-error.ts';
import { readUserFile } from '../load/read-file.ts';
import type { System } from '../platform/system.ts';

/** Where a secret is read; nowhere where there is none. */
export interface SecretPlace {
  readonly file: string | undefined;
  /** Name of a variable of the environment. */
  readonly env: string | undefined;
}

/**
 * A token or a password, as it is now: the text of a file or of a variable without what is blank around it; null where there is none. Throws
 * LbError where it can't be had, or can't be one.
 */
export const readSecret = async (
  { file, env }: SecretPlace,
  resolve: (path: string) => string,
  system: System,
): Promise<string | null> => {
  if (file !== undefined) {
    const path = resolve(file);
    const text = await readUserFile(path, { failure: 'inventory', maxBytes: 16 * 1024 }, system);
    return checked(text.trim(), path);
  }
  if (env === undefined) return null;
  const text = system.variable(env);
  if (text === undefined)
    throw new LbError(
      'inventory',
      `${env} is not set in the environment of meteor-lb, which should hold a secret`,
    );
  return checked(text.trim(), env);
};

const checked = (text: string, name: string): string => {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new LbError('inventory', `${name} holds no token or password: one line of ASCII without blanks`);
};
