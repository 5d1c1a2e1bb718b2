import { isAtLeast, type Version } from '../version.ts';

/** Oldest version that is written for. */
export const OLDEST: Version = [1, 18];

/** Written for where nobody says a version: Debian 12's. What is written for it runs on every later one too. */
export const ASSUMED: Version = [1, 22];

/**
 * What nginx can do from which version on (open source; from its CHANGES file and documentation).
 * Everything that depends on the version is decided by a row of this table.
 *
 * Written for all versions, so that no change of a default matters: `keepalive 32`, `keepalive_timeout 4s` and
 * `proxy_http_version 1.1` (1.29.7 made keep-alive with 60 s the default, and Meteor closes after 5),
 * `hash … consistent` and never `ip_hash`, `ssl_protocols` (TLS 1.0 and 1.1 were on before 1.27.3).
 */
const SINCE = {
  /** `ssl_reject_handshake`. */
  rejectHandshake: [1, 19, 4],
  /** `http2 on;`; before it a parameter of `listen`, which later versions warn of. */
  http2Directive: [1, 25, 1],
  /** `resolve` on a server and `resolver` in an upstream, which needs a `zone`. */
  resolve: [1, 27, 3],
  /** `sticky cookie` in an upstream, `route=` and `drain` on a server. */
  sticky: [1, 29, 6],
} as const satisfies Record<string, Version>;

export type NginxFeatures = Readonly<Record<keyof typeof SINCE, boolean>>;

/** What a version of nginx can do. */
export const nginxFeatures = (version: Version): NginxFeatures =>
  Object.fromEntries(
    Object.entries(SINCE).map(([feature, since]) => [feature, isAtLeast(version, since)]),
  ) as NginxFeatures;
