import { addressText } from '../cluster/cluster.ts';
import type { BelievedSource } from './believe-sources.ts';
import type { FlatNode } from './flat-node.ts';
import { firstNamed } from './limits.ts';
import type { Listing } from './source.ts';

/** Something that a person should know about an app's list. */
export interface Notice {
  /** `guard`: a list that was had before counts in whole or in part; `left-out`: an entry does not count; `held`: a node came and went too often. */
  readonly kind: 'guard' | 'left-out' | 'held';
  readonly app: string;
  readonly message: string;
}

/** What a person should know about one source of an app. Pure. */
export const sourceNotices = (app: string, { listing, list, verdict }: BelievedSource): readonly Notice[] => {
  const { source, entries, problems } = listing;
  const notices: Notice[] = [];
  const tell = (kind: Notice['kind'], message: string): void => void notices.push({ kind, app, message });
  if (entries === null) {
    const stays = list === null ? 'nothing is known of what it lists' : 'its last good list stays';
    tell('guard', `${source} can not be read, and ${stays}: ${wordsOf(problems)}`);
  } else {
    for (const problem of problems) tell('left-out', `left out of ${source}: ${wordsOf([problem])}`);
  }
  if (!verdict.obeyed) {
    const { has, had, least, lost } = verdict;
    tell(
      'guard',
      `${source} lists too few ready nodes, ${has} instead of ${had}: what it lists no more stays until it lists ${least} (watch.maxShrink), or a maxShrink of 100%, which a running watch takes at once, or --allow-shrink obeys it: ${namesOf(lost)}`,
    );
  }
  return notices;
};

/** What a person should know about single nodes of an app: those listed twice, and the ids of those held. Pure. */
export const nodeNotices = (
  app: string,
  repeats: readonly FlatNode[],
  held: readonly string[],
): readonly Notice[] => [
  ...firstNamed(
    once(repeats.map(({ id, address }) => `${id} at ${addressText(address)}`)).map(
      (node) => `left out: ${node}, since another node has that id or address`,
    ),
    (number) => `left out: ${number} more, since other nodes have their ids or addresses`,
  ).map((message) => ({ kind: 'left-out' as const, app, message })),
  ...firstNamed(
    held.map((id) => `${id} came and went too often: it stays in drain for now`),
    (number) => `${number} more came and went too often: they stay in drain for now`,
  ).map((message) => ({ kind: 'held' as const, app, message })),
];

/** A node may be listed many times. */
const once = (names: readonly string[]): readonly string[] => [...new Set(names)];

const wordsOf = (problems: Listing['problems']): string =>
  problems
    .map(({ place, message, hint }) => {
      const where = place === null ? '' : `${place.file}:${place.line}:${place.column} `;
      return `${where}${message}${hint === null ? '' : ` (${hint})`}`;
    })
    .join('; ');

const MOST_NAMED = 5;

const namesOf = (nodes: readonly FlatNode[]): string => {
  const names = nodes.slice(0, MOST_NAMED).map(({ id }) => id);
  const more = nodes.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
};
