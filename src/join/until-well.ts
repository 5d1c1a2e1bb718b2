import type { HttpRequest, System } from '../platform/system.ts';

const EVERY_MS = 250;

/** Asks a worker until it answers as one that is well; false where the signal came before. */
export const untilWell = async (
  {
    to,
    path,
    host,
    timeout,
  }: Pick<HttpRequest, 'to' | 'path'> & { readonly host: string; readonly timeout: number },
  system: Pick<System, 'request' | 'sleep'>,
  signal: AbortSignal,
): Promise<boolean> => {
  while (!signal.aborted) {
    const status = await system.request({ to, path, headers: { host }, timeoutMs: timeout }).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status >= 200 && status < 400) return !signal.aborted;
    await system.sleep(EVERY_MS, signal).catch(() => {});
  }
  return false;
};
