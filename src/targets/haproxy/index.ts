import type { Target } from '../target.ts';
import { explainHaproxy } from './explain.ts';
import { haproxyLimits } from './limits.ts';
import { quoteHaproxy } from './quote.ts';
import { haproxyRuntimeRule } from './runtime-rule.ts';
import { skeleton } from './skeleton.ts';
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
  skeleton,
  runtimeRule: haproxyRuntimeRule,
  explain: explainHaproxy,
  quote: quoteHaproxy,
  main: () => 'haproxy.cfg',
  view: viewHaproxy,
};
