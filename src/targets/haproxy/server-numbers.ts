import { addressText, compareText } from '../../cluster/cluster.ts';
import { hex64 } from '../../plan/cookie-value.ts';
import type { Server } from '../../plan/proxy-plan.ts';

/**
 * HAProxy places a server on its hash ring by its number times 4096, as 32 bits (`chash_compute_node_key` and before it
 * `chash_queue_dequeue_srv` in src/lb_chash.c): numbers that share their low 20 bits would share their places.
 */
const MOST = 2 ** 20 - 1;

/**
 * A number for each server, by its id: made from the address alone, so that it is the same on every balancer and stays
 * when other servers come and go. Two addresses with one number are rare; the later in order then gets another.
 */
export const serverNumbers = (servers: readonly Server[]): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>();
  const taken = new Set<number>();
  for (const { id, address } of servers.toSorted((a, b) =>
    compareText(addressText(a.address), addressText(b.address)),
  )) {
    let attempt = 0;
    while (taken.has(numberOf(addressText(address), attempt))) attempt++;
    const number = numberOf(addressText(address), attempt);
    taken.add(number);
    numbers.set(id, number);
  }
  return numbers;
};

const numberOf = (address: string, attempt: number): number =>
  Number(BigInt(`0x${hex64(Buffer.from(`${address}#${attempt}`))}`) % BigInt(MOST)) + 1;
