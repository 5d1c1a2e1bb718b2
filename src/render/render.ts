import type { Cluster } from '../cluster/cluster.ts';
import { planProxy, type Secrets } from '../plan/plan-proxy.ts';
import type { RenderOptions, Target } from '../targets/target.ts';
import { compileTemplates, type Templates } from '../templating/compile.ts';
import { encodeView } from '../templating/encode.ts';

/** What a configuration is made of besides the cluster. */
export interface RenderInputs extends RenderOptions {
  readonly templates: Templates;
  readonly secrets?: Secrets;
}

/** The text of a target's configuration. Pure: the same inputs give the same bytes. Expects a cluster without errors. */
export const renderCluster = (cluster: Cluster, target: Target, inputs: RenderInputs): string => {
  const plan = planProxy(cluster, inputs.secrets);
  const view = encodeView(target.view(plan, cluster, inputs), target.quote);
  return tidy(compileTemplates(inputs.templates, target.main(cluster))(view));
};

/** No blanks at the ends of lines, one line break at the end of the text. */
const tidy = (text: string): string => `${text.replaceAll(/[ \t]+\n/g, '\n').trimEnd()}\n`;
