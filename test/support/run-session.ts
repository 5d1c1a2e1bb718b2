import { type SessionOptions, startSession, type Transport } from './sockjs-session.ts';

export interface SessionReport {
  transport: Transport;
  node: string;
  lost: boolean;
  why?: string;
  nodesSeen: string[];
}

/** One whole session: info, open, DDP connect, round trips of echo and whoami, close. Never rejects. */
export const runSession = async (
  transport: Transport,
  { roundTrips = 4, ...options }: SessionOptions & { roundTrips?: number },
): Promise<SessionReport> => {
  const { ready, session } = startSession(transport, options);
  const report = () => ({ transport, node: session.node, nodesSeen: [...session.nodesSeen] });
  try {
    await ready;
    for (let round = 1; round <= roundTrips; round += 1) {
      const text = `round ${round}: 100 % "ü" \u2028 \\ <script>`;
      const back = await session.call('echo', text);
      if (back !== text) throw new Error(`echo came back as ${JSON.stringify(back)}`);
      await session.call('whoami');
    }
    return { ...report(), lost: false };
  } catch (error) {
    return { ...report(), lost: true, why: error instanceof Error ? error.message : String(error) };
  } finally {
    await session.close();
  }
};
