import type { Diagnostic, Path, Severity } from '../../diagnostics/diagnostic.ts';
import type { Cluster } from '../cluster.ts';
import type { Description } from '../schema/cluster.ts';

/** A finding before it has its place in the text. */
export type Finding = Omit<Diagnostic, 'place'>;

/**
 * Looks at a whole cluster for one kind of mistake that the schema can't see. The description is the same with everything
 * in the order that it was written in: of two things that collide, the later one is the mistake.
 */
export type Rule = (cluster: Cluster, description: Description) => readonly Finding[];

/** Makes a finding. */
export const finding = (
  severity: Severity,
  code: string,
  path: Path,
  message: string,
  hint: string | null = null,
): Finding => ({ severity, code, path, message, hint });
