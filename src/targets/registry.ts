import type { Target } from './target.ts';

const targets = {
  haproxy: async () => (await import('./haproxy/index.ts')).haproxy,
  nginx: async () => (await import('./nginx/index.ts')).nginx,
} satisfies Record<string, () => Promise<Target>>;

/** Names of the targets there are. */
export type TargetName = keyof typeof targets;

/** All names, sorted. */
export const targetNames = Object.keys(targets) as [TargetName, ...TargetName[]];

/** Loads a target's code. */
export const loadTarget = (name: TargetName): Promise<Target> => targets[name]();
