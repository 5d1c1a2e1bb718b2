import type { System } from '../platform/system.ts';
import { PASSWORD, readSecret } from './read-secret.ts';

/** A user, and where the password is read. */
export interface LoginKeys {
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
}

/** Who asks. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** The user with the password as it is now; null where there is none. Throws LbError where the password can't be had. */
export const readLogin = async (
  { user, passwordFile, passwordEnv }: LoginKeys,
  resolve: (path: string) => string,
  system: System,
): Promise<Login | null> => {
  const password = await readSecret({ file: passwordFile, env: passwordEnv }, PASSWORD, resolve, system);
  return user === undefined || password === null ? null : { name: user, password };
};
