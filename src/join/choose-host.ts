import ipaddr from 'ipaddr.js';
import { ipAddress } from '../cluster/schema/values.ts';
import { LbError } from '../diagnostics/lb-error.ts';
import type { WritableSource } from './choose-place.ts';

export interface ChosenHost {
  /** IP address that workers listen on and are listed with. */
  readonly host: string;
  /** What is not as one might think, for people. */
  readonly notes: readonly string[];
}

/**
 * `--host`, or BIND_IP where it is an address that can be reached, or 127.0.0.1 for a directory, which is on this machine. Pure; throws
 * LbError where none can be listed.
 */
export const chooseHost = (
  given: string | undefined,
  bound: string | undefined,
  source: WritableSource,
): ChosenHost => {
  if (given !== undefined && isEvery(given))
    throw new LbError('usage', `--host ${JSON.stringify(given)} is not right`, {
      hint: 'that is every address, and none to be listed with: name one at which balancers reach this machine, such as 10.0.0.11',
    });
  const bind = bound === undefined || bound === '' ? undefined : bound;
  const host = given ?? reachable(bind) ?? ('directory' in source ? '127.0.0.1' : undefined);
  if (host === undefined)
    throw new LbError(
      'usage',
      bind === undefined
        ? '--host is missing'
        : `BIND_IP is ${bind}, which is every address and none to be listed with`,
      { hint: 'name the IP address at which the balancers reach this machine, as --host 10.0.0.11' },
    );
  return {
    host,
    notes: [
      ...(bind !== undefined && canonical(bind) !== host
        ? [
            `BIND_IP was ${bind}: the workers get ${host} instead, so that they listen where they can be found`,
          ]
        : []),
      ...('etcd' in source && ipaddr.parse(host).range() === 'loopback'
        ? [`${host} is this machine's own: balancers on other machines can not reach it`]
        : []),
    ],
  };
};

/** undefined where it stands for every address. */
const reachable = (bind: string | undefined): string | undefined => {
  if (bind === undefined) return undefined;
  const address = canonical(bind);
  if (address === null)
    throw new LbError('usage', `BIND_IP ${JSON.stringify(bind)} is not an IP address`, {
      hint: 'set it to the IP address at which the balancers reach this machine, or name that with --host',
    });
  return isEvery(address) ? undefined : address;
};

const canonical = (text: string): string | null => ipAddress.safeParse(text).data ?? null;

/** Whether an address in its short form stands for every address of a machine. Pure. */
const isEvery = (address: string): boolean => address === '0.0.0.0' || address === '::';
