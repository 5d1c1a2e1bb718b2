import { createCookieJar } from './cookie-jar.ts';
import { runSession, type SessionReport } from './run-session.ts';
import type { Transport } from './sockjs-session.ts';

/** What many sessions came to. */
export interface Outcome {
  readonly lost: readonly SessionReport[];
  /** Sessions by node. */
  readonly spread: Readonly<Record<string, number>>;
}

interface Many {
  readonly port: number;
  readonly sessions: number;
  readonly jar: boolean;
  readonly atOnce?: number;
}

/** Whole sessions, each of a client of its own at a loopback address of its own. */
export const runSessions = async (
  transport: Transport,
  { port, sessions, jar, atOnce = 10 }: Many,
): Promise<Outcome> => {
  const reports: SessionReport[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < sessions) {
      const client = next++;
      const localAddress = `127.${1 + (client >> 8)}.${client & 255}.1`;
      reports.push(
        await runSession(transport, { port, localAddress, ...(jar ? { jar: createCookieJar() } : {}) }),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const spread: Record<string, number> = {};
  for (const { node } of reports) spread[node] = (spread[node] ?? 0) + 1;
  return { lost: reports.filter(({ lost }) => lost), spread };
};
