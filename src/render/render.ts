import type { Cluster } from '../cluster/cluster.ts';
import { hex64 } from '../plan/cookie-value.ts';
import { planProxy, type Secrets } from '../plan/plan-proxy.ts';
import type { ProxyPlan } from '../plan/proxy-plan.ts';
import { GENERATION_MARK } from '../targets/generation.ts';
import type { RenderOptions, Target } from '../targets/target.ts';
import { compileTemplates, type Templates } from '../templating/compile.ts';
import { encodeView } from '../templating/encode.ts';

/** What a configuration is made of besides the cluster. */
export interface RenderInputs extends RenderOptions {
  readonly templates: Templates;
  readonly secrets?: Secrets;
}

/** A configuration, and what it was made from. */
export interface Configuration {
  readonly plan: ProxyPlan;
  readonly text: string;
  /** 16 hex digits that differ where a reload is needed to come from one configuration to another. */
  readonly generation: string;
}

/** A target's configuration. Pure: the same inputs give the same bytes. Expects a cluster without errors. */
export const renderCluster = (cluster: Cluster, target: Target, inputs: RenderInputs): Configuration => {
  const plan = planProxy(cluster, inputs.secrets);
  const run = compileTemplates(inputs.templates, target.main(cluster));
  const write = (part: ProxyPlan): string =>
    tidy(run(encodeView(target.view(part, cluster, inputs), target.quote)));
  const skeleton = target.skeleton(plan, inputs.version);
  const bones = write(skeleton);
  const generation = hex64(Buffer.from(withoutHead(bones)));
  const text = (skeleton === plan ? bones : write(plan)).replaceAll(GENERATION_MARK, generation);
  return { plan, text, generation };
};

/** The head of a text says who wrote it from what, which changes nothing. */
const withoutHead = (text: string): string => text.replace(/^#.*\n/, '');

/** No blanks at the ends of lines, one line break at the end of the text. */
const tidy = (text: string): string => `${text.replaceAll(/[ \t]+\n/g, '\n').trimEnd()}\n`;
