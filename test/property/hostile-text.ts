import fc, { type Arbitrary } from 'fast-check';

/** Texts that mean something to a proxy, a template, a shell or a terminal, or that are hard to write down. */
export const HOSTILE: readonly string[] = [
  '"; } server {',
  "'; } server {",
  ...'"\'\\$#{};%!=,|*()`~^&<>?',
  ...[' ', '  ', '\t', '\n', '\r', '\0', '\u001b[2J', ' #', '\\n', '\\x41', '\\"', "'\\''", '\\\\'],
  ...['$var', '$', '{var}', '%[src]', '{{this}}', '{{> client}}', '`id`', '[a]', ' or ', ' if ', 'server'],
  ...['é', '漢', '🚀', ' \u2028', '\u0085', '\u00a0', '\ud800', '\u202e', '\ufeff', '/..'],
  ...['a'.repeat(80), 'a'.repeat(4050), 'long '.repeat(900), '漢'.repeat(1400)],
];

/** Hostile texts: those above, several of them, or anything at all. */
export const hostileText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE), { minLength: 2, maxLength: 4 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
);

/** A harmless text with a hostile one at its end, in its middle, after its first character, before it, or instead. */
export const spoil = (harmless: string, hostile: string, where: number): string => {
  const cut = [harmless.length, Math.ceil(harmless.length / 2), 1, 0][where];
  return cut === undefined ? hostile : harmless.slice(0, cut) + hostile + harmless.slice(cut);
};

/** Where to spoil a text. */
export const where = fc.nat({ max: 4 });
