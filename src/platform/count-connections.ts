import { readFile } from 'node:fs/promises';
import ipaddr from 'ipaddr.js';

/** Connections of this machine that lead to an address. */
export const countConnections = (host: string, port: number): Promise<number | null> =>
  count(host, port, (_local, remote) => remote);

/** Connections that an address of this machine has. */
export const connectionsAt = (host: string, port: number): Promise<number | null> =>
  count(host, port, (local) => local);

/** Linux lists them in /proc/net/tcp and tcp6: addresses in hexadecimal, in the machine's own order of bytes. */
const count = async (
  host: string,
  port: number,
  end: (local: string, remote: string) => string,
): Promise<number | null> => {
  if (!ipaddr.isValid(host)) return null;
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'latin1').catch(() => null)),
  );
  if (tables.every((table) => table === null)) return null;
  const wanted = new Set(forms(host).map((address) => `${address}:${hex(port, 4)}`));
  return tables
    .flatMap((table) => (table ?? '').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', remote = '', state]) => state === ESTABLISHED && wanted.has(end(local, remote)))
    .length;
};

const ESTABLISHED = '01';

/** An IPv4 address may stand in the table of IPv6, as ::ffff:a.b.c.d. */
const forms = (host: string): readonly string[] => {
  const address = ipaddr.parse(host);
  const bytes = address.toByteArray();
  if (bytes.length === 16) return [words(bytes)];
  return [words(bytes), words([...Array(10).fill(0), 0xff, 0xff, ...bytes])];
};

/** Each four bytes backwards, as a little-endian machine prints them; Node runs on no other Linux that matters here. */
const words = (bytes: readonly number[]): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    text += bytes
      .slice(at, at + 4)
      .toReversed()
      .map((byte) => hex(byte, 2))
      .join('');
  }
  return text;
};

const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0');
