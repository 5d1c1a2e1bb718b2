import ipaddr from 'ipaddr.js';
import xxhash from 'xxhash-wasm';
import { type Address, addressText } from '../cluster/cluster.ts';

const { h64Raw } = await xxhash();

/**
 * The cookie value that stands for a node: 16 hex digits of XXH64 (seed 0).
 *
 * For IP addresses it is what HAProxy makes of a `dynamic-cookie-key` (`srv_set_dyncookie` in its src/server.c, the same
 * from 2.4 to 3.2): key, packed address, port as 32 bits big-endian. So a server that is added at run time gets the same
 * value. HAProxy has none for host names and sockets; there it is the hash of key and address as text.
 */
export const cookieValue = (key: string, address: Address): string =>
  hex64(Buffer.concat([Buffer.from(key, 'utf8'), packed(address)]));

/** XXH64 (seed 0) as 16 hex digits. */
export const hex64 = (bytes: Uint8Array): string => h64Raw(bytes, 0n).toString(16).padStart(16, '0');

const packed = (address: Address): Uint8Array => {
  if (address.kind !== 'ip') return Buffer.from(addressText(address), 'utf8');
  const port = Buffer.alloc(4);
  port.writeUInt32BE(address.port);
  return Buffer.concat([Buffer.from(ipaddr.parse(address.host).toByteArray()), port]);
};
