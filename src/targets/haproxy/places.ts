/** The socket over which a reload hands the stick tables on. */
export const peersSocket = (runtimeDir: string | null): string =>
  runtimeDir === null ? '/run/haproxy/peers.sock' : `${runtimeDir}/haproxy-peers.sock`;

/** The runtime API's socket in a folder. */
export const socketIn = (folder: string): string => `${folder}/haproxy.sock`;
