import type { Target } from '../target.ts';
import { explainNginx } from './explain.ts';
import { nginxLimits } from './limits.ts';
import { quoteNginx } from './quote.ts';
import { ASSUMED, OLDEST } from './versions.ts';
import { viewNginx } from './view.ts';

/** Open source nginx. */
export const nginx: Target = {
  name: 'nginx',
  output: 'nginx.conf',
  templates: 'nginx',
  version: (cluster) => cluster.nginx.version ?? null,
  assumed: ASSUMED,
  oldest: OLDEST,
  limits: nginxLimits,
  skeleton: (plan) => plan,
  runtimeRule: () => null,
  explain: explainNginx,
  quote: quoteNginx,
  main: (cluster) => (cluster.nginx.layout === 'full' ? 'nginx.conf' : 'include.conf'),
  view: viewNginx,
};
