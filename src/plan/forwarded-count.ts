import type { Cluster } from '../cluster/cluster.ts';

/**
 * How many addresses X-Forwarded-For has when it reaches a node, which is what HTTP_FORWARDED_COUNT has to be; null where nodes get
 * none, since bytes are passed through. Both proxies overwrite the header: the client, and the balancer in front where it sends it, too.
 */
export const forwardedCount = ({ listen, behind }: Pick<Cluster, 'listen' | 'behind'>): number | null => {
  if (listen.length > 0 && listen.every(({ mode }) => mode === 'tcp')) return null;
  return behind?.protocol === 'x-forwarded-for' ? 2 : 1;
};
