import { z } from 'zod';
import { mistake } from './mistake.ts';
import { plainText } from './values.ts';

/** Name of a variable of the environment. */
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable: letters, digits and "_"');

/** Keys of a secret, which itself is in no description: where it is read. */
export const secretKeys = <Name extends string>(name: Name, what: string) =>
  ({
    [`${name}File`]: plainText.optional().describe(`File with ${what}.`),
    [`${name}Env`]: variable
      .optional()
      .describe(`Variable of meteor-lb's environment with ${what}, instead of a file.`),
  }) as Record<`${Name}File` | `${Name}Env`, z.ZodOptional<z.ZodString>>;

/** Keys of a server's certificate and of one's own. */
export const tlsKeys = {
  ca: plainText.optional().describe("File with the authority to trust. Default: the system's."),
  cert: plainText.optional().describe('File with the certificate to show. Needs `key`.'),
  key: plainText.optional().describe("File with the certificate's key."),
};

/** Files of certificates, as they were read. */
export type TlsFiles = { readonly [Key in keyof typeof tlsKeys]?: string | undefined };

type Keys = Readonly<Record<string, unknown>>;

/** Tells a key without one that has to be beside it. */
const needs =
  (one: string, ...others: readonly string[]) =>
  (written: Keys, ctx: z.RefinementCtx): void => {
    if (written[one] === undefined || others.some((other) => written[other] !== undefined)) return;
    const message = mistake('stands alone', `it needs ${others.join(' or ')} beside it`);
    ctx.addIssue({ code: 'custom', message, path: [one] });
  };

/** Tells half a login, or one with two passwords. */
export const wholeLogin = (written: Keys, ctx: z.RefinementCtx): void => {
  needs('user', 'passwordFile', 'passwordEnv')(written, ctx);
  needs('passwordFile', 'user')(written, ctx);
  needs('passwordEnv', 'user')(written, ctx);
  excludes('passwordEnv', 'passwordFile')(written, ctx);
};

/** Tells half a certificate. */
export const wholePair = (written: Keys, ctx: z.RefinementCtx): void => {
  needs('cert', 'key')(written, ctx);
  needs('key', 'cert')(written, ctx);
};

/** Tells two keys of which only one can be meant. */
export const excludes =
  (one: string, other: string) =>
  (written: Keys, ctx: z.RefinementCtx): void => {
    if (written[one] === undefined || written[other] === undefined) return;
    const message = mistake(`stands beside ${other}`, 'keep one of them');
    ctx.addIssue({ code: 'custom', message, path: [one] });
  };
