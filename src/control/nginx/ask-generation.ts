import type { Listener } from '../../plan/proxy-plan.ts';
import type { System } from '../../platform/system.ts';
import { GENERATION_HOST } from '../../targets/generation.ts';

/** The generation that nginx serves on a listener; null where it tells none. */
export const askGeneration = async (
  { address, port, tls, proxyProtocol }: Listener,
  system: System,
): Promise<string | null> => {
  const host = LOOPBACK[address ?? '0.0.0.0'] ?? address ?? '127.0.0.1';
  const family = host.includes(':') ? 'TCP6' : 'TCP4';
  const answer = await system
    .request({
      to: { host, port },
      path: '/',
      headers: { host: GENERATION_HOST },
      timeoutMs: 1000,
      ...(tls ? { tls: GENERATION_HOST } : {}),
      ...(proxyProtocol ? { preamble: `PROXY ${family} ${host} ${host} 1 ${port}\r\n` } : {}),
    })
    .catch(() => null);
  return answer?.status === 200 && /^[0-9a-f]{16}$/.test(answer.body) ? answer.body : null;
};

const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
