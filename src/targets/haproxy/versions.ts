import { isAtLeast, type Version } from '../version.ts';

/** Oldest version that is written for. */
export const OLDEST: Version = [2, 4];

/** Written for where nobody says a version: Debian 12's. What is written for it runs on every later one too. */
export const ASSUMED: Version = [2, 6];

/**
 * What HAProxy can do from which version on (from its CHANGELOG and configuration manual at the release tags).
 * Everything that depends on the version is decided by a row of this table.
 *
 * Written for all versions, so that no change of a default matters: `balance` (3.3 changed its default from roundrobin to
 * random), `id` on servers of a hash ring (3.0 could use `hash-key addr-port` instead, to the same end), `init-addr`.
 */
const SINCE = {
  /** `balance hash <expression>`; before it, a header carries the key. */
  balanceHash: [2, 6],
  /** `cookie` on `add server`; before it, only dynamic cookies reach servers added at run time. */
  cookieAtRunTime: [3, 0],
  /** A reload hands stick tables on to the new process over a local peer; in 2.6.12 they were seen not to arrive. */
  tablesHandedOn: [3, 0],
  /** `crt-store`, which can name the key of a certificate; before it, the key is beside it as `<certificate>.key`. */
  certificateStore: [3, 0],
} as const satisfies Record<string, Version>;

export type HaproxyFeatures = Readonly<Record<keyof typeof SINCE, boolean>>;

/** What a version of HAProxy can do. */
export const haproxyFeatures = (version: Version): HaproxyFeatures =>
  Object.fromEntries(
    Object.entries(SINCE).map(([feature, since]) => [feature, isAtLeast(version, since)]),
  ) as HaproxyFeatures;
