import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { pid } from 'node:process';

/** Who a process is, among all that run anywhere. */
export interface Identity {
  /** Name of the machine or container; for people. */
  readonly host: string;
  /** The same for two processes where a pid means the same to both: one machine, since its start, and one container. */
  readonly realm: string;
  readonly pid: number;
}

/** Linux tells each start of a machine and each space of pids apart (random(4), pid_namespaces(7)); elsewhere the name has to do. */
export const identity = async (): Promise<Identity> => {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => hostname());
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  const realm = createHash('sha256').update(`${boot.trim()} ${space}`).digest('hex').slice(0, 12);
  return { host: hostname(), realm, pid };
};
