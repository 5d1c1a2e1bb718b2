import type { Cluster } from '../cluster/cluster.ts';
import type { Diagnostic, Path } from '../diagnostics/diagnostic.ts';
import type { RuntimeRule } from '../plan/change.ts';
import type { ProxyPlan } from '../plan/proxy-plan.ts';
import type { View } from '../templating/syntax.ts';
import type { Version } from './version.ts';

/** Something a target can't do, or does otherwise than one might think; without a place. */
export type Limit = Omit<Diagnostic, 'place'>;

/** What a configuration is written for. */
export interface RenderOptions {
  /** Name of the description's file, for the head of the text. */
  readonly source: string;
  readonly version: Version;
}

/** What a proxy said of a configuration that it did not take. */
export interface Complaint {
  /** Its own words. */
  readonly output: string;
  /** The configuration. */
  readonly text: string;
  readonly cluster: Cluster;
}

/** One thing that a proxy complained of. */
export interface Explanation {
  /** Its own words about it, without file names that mean nothing to the user. */
  readonly message: string;
  /** What of the description led to it; empty where that can't be told. */
  readonly path: Path;
}

/** A kind of proxy. All of it is pure. */
export interface Target {
  readonly name: string;
  /** Usual name of its configuration file. */
  readonly output: string;
  /** Folder of its templates, below `templates/`. */
  readonly templates: string;
  /** The version that the description names, or null. */
  version(cluster: Cluster): Version | null;
  /** Written for where nobody names one. */
  readonly assumed: Version;
  /** Oldest version that is written for. */
  readonly oldest: Version;
  /** What of the cluster this target, in this version, can't do (errors) or does in part (warnings). */
  limits(cluster: Cluster, version: Version): readonly Limit[];
  /** Any text as one word of its syntax; throws LbError where it has no way to write it. */
  quote(text: string): string;
  /** The part of a plan that only a reload can bring; a configuration's generation is made of it. */
  skeleton(plan: ProxyPlan, version: Version): ProxyPlan;
  /** What the proxy can do without a reload; null where that is nothing. */
  runtimeRule(version: Version): RuntimeRule | null;
  /** What the proxy's own words are about: places of the description, where they can be told. */
  explain(complaint: Complaint): readonly Explanation[];
  /** Name of the template to start with. */
  main(cluster: Cluster): string;
  /** What the templates get; every key present, nothing undefined. */
  view(plan: ProxyPlan, cluster: Cluster, options: RenderOptions): View;
}
