import { type Alias, type Document, isAlias, isCollection, isNode, isPair, type Node } from 'yaml';

/** Something wrong with an alias (`*name`), and where. */
export interface AliasMistake {
  readonly code: 'unknown-alias' | 'too-many-aliases';
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
}

/** All aliases together may stand for this many values; more is taken for an attack ("billion laughs"). */
const MAX_EXPANDED = 100_000;

/** What is wrong with the aliases of a document that has no other mistakes. Throws RangeError where it is nested too deeply. */
export const checkAliases = (document: Document): readonly AliasMistake[] => {
  const sizes = new Map<string, number | 'open'>();
  const unknown: AliasMistake[] = [];
  let expanded = 0;
  let excess: Alias | null = null;

  const sizeOf = (node: unknown): number => {
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value);
    if (isAlias(node)) {
      const size = sizes.get(node.source);
      if (typeof size !== 'number') {
        unknown.push(size === 'open' ? withinItself(node) : unknownAlias(node));
        return 1;
      }
      expanded += size;
      if (expanded > MAX_EXPANDED) excess ??= node;
      return size;
    }
    const anchor = isNode(node) && 'anchor' in node ? node.anchor : undefined;
    if (anchor) sizes.set(anchor, 'open');
    const size = isCollection(node) ? node.items.reduce<number>((sum, item) => sum + sizeOf(item), 1) : 1;
    if (anchor) sizes.set(anchor, size);
    return size;
  };

  sizeOf(document.contents);
  return excess === null ? unknown : [tooMany(excess)];
};

const unknownAlias = (alias: Alias): AliasMistake => ({
  code: 'unknown-alias',
  message: `*${alias.source} stands for nothing: there is no &${alias.source} before it`,
  hint: `if the "*" is a part of the text, put it in quotes: "*${alias.source}"`,
  offset: startOf(alias),
});

const withinItself = (alias: Alias): AliasMistake => ({
  code: 'unknown-alias',
  message: `*${alias.source} stands within what it stands for`,
  hint: 'write the values out',
  offset: startOf(alias),
});

const tooMany = (alias: Alias): AliasMistake => ({
  code: 'too-many-aliases',
  message: `aliases stand for more than ${MAX_EXPANDED.toLocaleString('en')} values`,
  hint: 'write the values out',
  offset: startOf(alias),
});

const startOf = (node: Node): number => node.range?.[0] ?? 0;
