import type { Cluster } from '../../cluster/cluster.ts';

/** The socket over which a reload hands the stick tables on. */
export const peersSocket = (runtimeDir: string | null): string =>
  runtimeDir === null ? '/run/haproxy/peers.sock' : `${runtimeDir}/haproxy-peers.sock`;

type Where = Pick<Cluster, 'haproxy' | 'runtimeDir'>;

/** The socket of the runtime API. */
export const runtimeSocket = ({ haproxy, runtimeDir }: Where): string =>
  haproxy.socket ?? (runtimeDir === null ? '/run/haproxy/admin.sock' : `${runtimeDir}/haproxy.sock`);

/** The socket of the master process: Debian's, unless the description says otherwise. */
export const masterSocket = ({ haproxy, runtimeDir }: Where): string =>
  haproxy.master ?? (runtimeDir === null ? '/run/haproxy-master.sock' : `${runtimeDir}/haproxy-master.sock`);
