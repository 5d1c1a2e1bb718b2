import { addressText, type Cluster } from '../cluster/cluster.ts';
import { namedFiles } from '../cluster/lint/files.ts';
import type { Path } from '../diagnostics/diagnostic.ts';

/**
 * What of the description led to a line of a configuration: a node, a file, or a listener that stands in it, else the app
 * whose section it is in. Empty where that can't be told.
 */
export const blameLine = (text: string, line: number, cluster: Cluster): Path => {
  const lines = text.split('\n');
  const own = blameWords(lines[line - 1] ?? '', cluster);
  return own.length > 0 ? own : blameSection(lines.slice(0, line), cluster);
};

/** What of the description is named in some words of a proxy: a node's address, a file, or a listener's port. */
export const blameWords = (words: string, cluster: Cluster): Path =>
  blameNode(words, cluster) ?? blameFile(words, cluster) ?? blameListener(words, cluster) ?? [];

const blameNode = (words: string, { apps }: Cluster): Path | null => {
  for (const { id, nodes } of apps) {
    const node = nodes.find(({ address }) => contains(words, addressText(address)));
    if (node !== undefined) return node.path ?? ['apps', id, 'inventory'];
  }
  return null;
};

const blameFile = (words: string, cluster: Cluster): Path | null =>
  namedFiles(cluster).find(({ file }) => contains(words, file))?.path ?? null;

/** Ports stand in `listen 443 ssl`, `bind :443`, `bind() to 0.0.0.0:443`, `[127.0.0.1:443]`. */
const blameListener = (words: string, { listen }: Cluster): Path | null => {
  if (!/\b(listen|bind|[Bb]inding|bind\(\))/.test(words)) return null;
  const index = listen.findIndex(({ port }) => new RegExp(`(^|[\\s:])${port}($|[^0-9.])`).test(words));
  return index === -1 ? null : ['listen', index];
};

const blameSection = (above: readonly string[], { apps }: Cluster): Path => {
  const heads = above.filter((line) => /^(upstream|backend|listen|# )/.test(line.trimStart())).toReversed();
  for (const head of heads) {
    const app = apps.find(({ id }) => new RegExp(`(^|[\\s])${id}($|[\\s.:])`).test(head));
    if (app !== undefined) return ['apps', app.id];
  }
  return [];
};

/** Whether a text stands in another as a word of its own, not as a part of a longer address or path. */
const contains = (words: string, text: string): boolean => {
  for (let at = words.indexOf(text); at !== -1; at = words.indexOf(text, at + 1)) {
    const before = words[at - 1] ?? ' ';
    const after = words[at + text.length] ?? ' ';
    if (!/[\w/-]/.test(before) && !/[\w/-]/.test(after)) return true;
  }
  return false;
};
