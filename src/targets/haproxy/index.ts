import type { Target } from '../target.ts';
import { haproxyLimits } from './limits.ts';
import { quoteHaproxy } from './quote.ts';
import { ASSUMED, OLDEST } from './versions.ts';
import { viewHaproxy } from './view.ts';

/** HAProxy. */
export const haproxy: Target = {
  name: 'haproxy',
  output: 'haproxy.cfg',
  templates: 'haproxy',
  version: (cluster) => cluster.haproxy.version ?? null,
  assumed: ASSUMED,
  oldest: OLDEST,
  limits: haproxyLimits,
  quote: quoteHaproxy,
  main: () => 'haproxy.cfg',
  view: viewHaproxy,
};
