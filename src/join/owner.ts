import { ownerOf } from '../inventory/owner-of.ts';
import type { System } from '../platform/system.ts';

/** A join, as others see it by what it lists. */
export interface Owner {
  /** `<host>/<realm>/<pid>`: differs between any two that run. */
  readonly name: string;
  readonly pid: number;
  /**
   * Who else keeps something listed; null where nobody does: it is this join's own, or was not written by a join, or by one that is known to
   * have ended. Of one on another machine that is not known.
   */
  otherOf(text: string): string | null;
}

/** This process. */
export const thisOwner = async (system: Pick<System, 'identity' | 'kill'>): Promise<Owner> => {
  const { host, realm, pid } = await system.identity();
  const name = [host, realm, pid].join('/');

  const hasEnded = (other: string): boolean => {
    const [, itsRealm, itsPid] = partsOf(other);
    if (itsRealm !== realm || itsPid === undefined) return false;
    try {
      system.kill(Number(itsPid), 0);
      return false;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ESRCH';
    }
  };

  return {
    name,
    pid,
    otherOf: (text) => {
      const other = ownerOf(text);
      return other === null || other === name || hasEnded(other) ? null : other;
    },
  };
};

/** Why a node is not listed while another join keeps it so, in words. */
export const heldBy = (other: string): string => {
  const [host, , pid] = partsOf(other);
  const who = pid === undefined ? other : `process ${pid} on ${host}`;
  return `another join keeps it there (${who}), and this one waits until that one has ended; if both are to run, give one another --host or --port`;
};

const partsOf = (name: string): readonly (string | undefined)[] =>
  /^(.*)\/([0-9a-f]+)\/([1-9][0-9]*)$/.exec(name)?.slice(1) ?? [];
