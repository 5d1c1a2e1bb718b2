/** What is known when some apps have a source that was never had. */
interface FirstLook {
  /** Those apps. */
  readonly unknown: readonly string[];
  /** All apps. */
  readonly apps: readonly string[];
  /** Whether anything is remembered of any app. */
  readonly remembers: boolean;
  /** Whether the proxy is a child that serves nothing before. */
  readonly starts: boolean;
}

/**
 * Whether nothing is published until the sources can be had. Where nothing is remembered, the proxy that runs may serve nodes of which
 * nothing is known here, and they would be cut off. Otherwise an app that is new goes without them, and the others go on. Pure.
 */
export const mustWait = ({ unknown, apps, remembers, starts }: FirstLook): boolean =>
  unknown.length > 0 && (unknown.length === apps.length || !(remembers || starts));
