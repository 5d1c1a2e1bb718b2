import { systemReason } from '../../platform/system-error.ts';
import { CliError } from './cli.ts';

/** Why a socket could not be asked, in words for users. */
export const problem = (socket: string, error: unknown): string => {
  if (error instanceof CliError) return error.message;
  const code = codeOf(error);
  const known = code === null ? undefined : REASONS[code];
  return `${socket}: ${known ?? systemReason(error) ?? (error instanceof Error ? error.message : String(error))}`;
};

/** The system's name for an error, `ENOENT`; null for others. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error ? String(error.code) : null;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens on it',
  ECONNRESET: 'closed before an answer came',
  ENOENT: 'no such socket',
  ENOTSOCK: 'it is no socket',
  ETIMEDOUT: 'no answer in time',
};
