import { claimedTwice, cookiesCollide, namesCollide } from './apps.ts';
import type { Rule } from './finding.ts';
import { duplicateListeners, listenerForms, trustsEveryone } from './listeners.ts';
import { duplicateNodes, noReadyNode, uwsPorts } from './nodes.ts';
import { insecureCookie, noneWithSessions, oneAddress, shortTimeouts } from './stickiness.ts';

const RULES: readonly Rule[] = [
  listenerForms,
  duplicateListeners,
  trustsEveryone,
  claimedTwice,
  namesCollide,
  cookiesCollide,
  duplicateNodes,
  noReadyNode,
  uwsPorts,
  noneWithSessions,
  oneAddress,
  insecureCookie,
  shortTimeouts,
];

/** Everything that can be found in a cluster without looking outside it, and that no proxy's own check would find. */
export const lintCluster: Rule = (cluster, description) =>
  RULES.flatMap((rule) => rule(cluster, description));
