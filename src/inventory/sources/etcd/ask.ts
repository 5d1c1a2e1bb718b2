import type { z } from 'zod';
import type { WebRequest } from '../../../platform/open-web.ts';
import type { System } from '../../../platform/system.ts';
import type { Login } from '../../read-login.ts';
import { authenticateAnswer, failureAnswer } from './messages.ts';

/** One member of an etcd cluster, and how it is spoken with. */
export interface EtcdMember {
  readonly endpoint: string;
  readonly tls: NonNullable<WebRequest['tls']>;
  readonly token: string | null;
}

/** An answer that is none of etcd's, or says what failed. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
}

const LIMITS = { timeoutMs: 5000, maxBytes: 64 * 1024 * 1024 };

/** Posts to one of etcd's paths; rejects with EtcdError or the system's error, as all that ask etcd. */
export const ask = async <Schema extends z.ZodType>(
  member: EtcdMember,
  path: string,
  body: object,
  schema: Schema,
  system: System,
  signal: AbortSignal,
): Promise<z.output<Schema>> => {
  const { status, text } = await system.fetch(requestTo(member, path, body), LIMITS, signal);
  const value = parseJson(text);
  if (status !== 200) {
    const failure = failureAnswer.safeParse(value).data;
    throw new EtcdError(failure?.message ?? failure?.error ?? `it answers with status ${status}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new EtcdError('it does not answer as etcd does');
  return parsed.data;
};

export const requestTo = ({ endpoint, tls, token }: EtcdMember, path: string, body: object): WebRequest => ({
  url: `${endpoint.replace(/\/+$/, '')}${path}`,
  headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: token }) },
  body: JSON.stringify(body),
  tls,
});

/** A token for a user. */
export const authenticate = async (
  member: EtcdMember,
  user: Login,
  system: System,
  signal: AbortSignal,
): Promise<string> =>
  (await ask(member, '/v3/auth/authenticate', user, authenticateAnswer, system, signal)).token;

export const encode = (text: string): string => Buffer.from(text).toString('base64');

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
