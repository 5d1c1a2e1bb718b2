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

/** What of the description is named in some words of a proxy: a file, a listener's port, or a node's address. */
export const blameWords = (words: string, cluster: Cluster): Path =>
  blameFile(words, cluster) ?? blameListener(words, cluster) ?? blameNode(words, cluster) ?? [];

const blameFile = (words: string, cluster: Cluster): Path | null =>
  namedFiles(cluster).find(({ file }) => contains(words, file))?.path ?? null;

/** Ports stand in `listen 443 ssl`, `bind :443`, `bind() to 0.0.0.0:443`, `for [127.0.0.1:443]`. */
const blameListener = (words: string, { listen }: Cluster): Path | null => {
  if (!/^\s*(listen|bind) |\bbind\(\) to |\b[Bb]inding \[|\bcannot bind |'bind /.test(words)) return null;
  const [first, ...others] = listen.flatMap(({ port }, index) =>
    new RegExp(`(^|[\\s:])${port}($|[^0-9.])`).test(words) ? [index] : [],
  );
  if (first === undefined) return null;
  if (others.length === 0) return ['listen', first];
  // Several on one port: that with the address, or that for every address.
  const named = [first, ...others].find((index) => {
    const { address = '0.0.0.0', port } = listen[index] ?? { port: 0 };
    return contains(words, addressText({ kind: 'ip', host: address, port }));
  });
  return named === undefined ? null : ['listen', named];
};

const blameNode = (words: string, { apps }: Cluster): Path | null => {
  for (const { id, nodes } of apps) {
    const node = nodes.find(({ address }) => contains(words, addressText(address)));
    if (node !== undefined) return node.path ?? ['apps', id, 'inventory'];
  }
  return null;
};

/**
 * The app of the section around the last line: of the nearest line above that is indented less and opens an `upstream`, a
 * `backend`, or a `listen`. What is around a site belongs to no app in particular.
 */
const blameSection = (above: readonly string[], { apps }: Cluster): Path => {
  let depth = Number.POSITIVE_INFINITY;
  for (const line of above.toReversed()) {
    const indent = line.search(/\S/);
    if (indent === -1 || indent >= depth || /^\s*[#}]/.test(line)) continue;
    const [, name] = /^\s*(?:upstream|backend|listen) ([A-Za-z][\w-]*)/.exec(line) ?? [];
    if (name !== undefined) {
      const app = apps.find(({ id }) => id === name);
      return app === undefined ? [] : ['apps', app.id];
    }
    depth = indent;
  }
  return [];
};

/** Whether a text stands in another as a word of its own, not as a part of a longer address or path. */
const contains = (words: string, text: string): boolean => {
  for (let at = words.indexOf(text); at !== -1; at = words.indexOf(text, at + 1)) {
    const isBegun = /[\w/.-]$/.test(words.slice(0, at));
    const goesOn = /^([\w/-]|\.\w)/.test(words.slice(at + text.length));
    if (!isBegun && !goesOn) return true;
  }
  return false;
};
