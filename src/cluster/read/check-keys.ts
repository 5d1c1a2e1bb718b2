import { type Document, isScalar, visit } from 'yaml';

/** Something wrong with a key of a map, and where. */
export interface KeyMistake {
  readonly code: 'duplicate-key' | 'unknown-key';
  readonly message: string;
  readonly hint: string | null;
  readonly offset: number;
}

/** Keys that a map has twice, or that no schema would see. Throws RangeError where the document is nested too deeply. */
export const checkKeys = (document: Document): readonly KeyMistake[] => {
  const mistakes: KeyMistake[] = [];
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const offset = key.range?.[0] ?? 0;
        if (seen.has(key.value)) mistakes.push({ ...TWICE, message: `${key.value} is here twice`, offset });
        // JavaScript's own name for something else; a schema passes over it in silence.
        if (key.value === '__proto__') mistakes.push({ ...RESERVED, offset });
        seen.add(key.value);
      }
    },
  });
  return mistakes;
};

const TWICE = { code: 'duplicate-key', hint: 'keep one of them' } as const;
const RESERVED = { code: 'unknown-key', message: '__proto__ can not be a key', hint: null } as const;
