import { createRequire } from 'node:module';

/** The version of meteor-lb, from its package.json. */
export const version = (): string => {
  const { version: text } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return text;
};
