import { distance } from 'fastest-levenshtein';

/** The candidate that a mistyped word is likely to mean, or null. */
export const didYouMean = (word: string, candidates: readonly string[]): string | null => {
  const [best] = candidates
    .map((candidate) => ({ candidate, score: unlikeness(plain(word), plain(candidate)) }))
    .filter(({ score }) => score !== null)
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0));
  return best?.candidate ?? null;
};

/** `least_conn`, `LeastConn` and `least-conn` are one word. */
const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** 0 for the same word; null for words that have little in common. */
const unlikeness = (word: string, candidate: string): number | null => {
  const edits = hasSameLetters(word, candidate)
    ? Math.min(1, distance(word, candidate))
    : distance(word, candidate);
  if (edits <= Math.max(1, Math.floor(word.length / 3))) return edits;
  return shareStart(word, candidate) ? edits + 100 : null;
};

/** Letters that changed places: `prot`, `wieght`. */
const hasSameLetters = (a: string, b: string): boolean => [...a].sort().join('') === [...b].sort().join('');

/** Abbreviations and other endings: `cert`, `draining`, `sticky`. */
const shareStart = (a: string, b: string): boolean => {
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same++;
  return same >= 4 && same >= shorter * 0.75;
};
