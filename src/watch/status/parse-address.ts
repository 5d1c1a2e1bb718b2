import { isIPv4, isIPv6 } from 'node:net';
import { LbError } from '../../diagnostics/lb-error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `127.0.0.1:9180`, `[::1]:9180`, `localhost:9180` or `9180`, which is on this machine alone; throws LbError('usage'). */
export const parseAddress = (text: string): Address => {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.*):)?([0-9]{1,5})$/.exec(text) ?? [];
  const bracketed = /^\[(.*)\]$/.exec(host)?.[1] ?? null;
  const isHost = bracketed === null ? isIPv4(host) || NAME.test(host) : isIPv6(bracketed);
  const number = Number(port);
  if (!isHost || number < 1 || number > 65_535) throw notAnAddress(text);
  return { host: bracketed ?? host, port: number };
};

/** A host name: not all digits and dots, which would be a mistyped address. */
const NAME = /^(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

const notAnAddress = (text: string): LbError =>
  new LbError('usage', `${JSON.stringify(text)} is not an address and port`, {
    hint: 'write 127.0.0.1:9180, [::1]:9180, or 9180 for a port that only this machine reaches; 0.0.0.0:9180 is open to all',
  });
