/** Why a server could not be asked, in words. Throws what is no error of the network. */
export const networkReason = (error: unknown): string => {
  if (!(error instanceof Error)) throw error;
  const code = 'code' in error ? String(error.code) : error.name === 'AbortError' ? 'ABORT_ERR' : null;
  if (code === null || error instanceof TypeError) throw error;
  return REASONS[code] ?? error.message;
};

const REASONS: Readonly<Record<string, string>> = {
  ABORT_ERR: 'it was stopped',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  EHOSTUNREACH: 'no way to that host',
  ENETUNREACH: 'no way to that network',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name can not be resolved now',
  EMSGSIZE: 'the answer is too large',
  ETIMEDOUT: 'no answer in time',
};
