import { basename, dirname } from 'node:path/posix';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorsOf } from '../../src/diagnostics/diagnostic.ts';
import { LbError } from '../../src/diagnostics/lb-error.ts';
import { type TargetName, targetNames } from '../../src/targets/registry.ts';
import { parseHaproxy } from '../support/haproxy-syntax.ts';
import { parseNginx } from '../support/nginx-syntax.ts';
import { allStatements, type Statement } from '../support/statement.ts';
import { fullDescription } from './full-description.ts';
import { renderWritten } from './render-written.ts';
import { type Place, placesOf, textFields, withText } from './text-fields.ts';
import type { Written } from './written.ts';

const PARSERS = { nginx: parseNginx, haproxy: parseHaproxy } as const;

/** An old and a new version of each: they get different configurations. */
const VERSIONS = { nginx: ['1.18', '1.31'], haproxy: ['2.4', '3.4'] } as const;

const FRAGMENTS = [
  ...['"; } server {', '"', "'", '\\', '$var', '${var}', '$', '#', '{', '}', ';', ' ', '  ', '\t', '\n', '\r', '\0'],
  ...['%[src]', '%', '\\n', '\\x41', '\\"', "'\\''", '{{this}}', '{{> client}}', '`id`', '!', '~^', '=', ',', '|', '*'],
  ...['é', '漢', '🚀', '\u2028', '\u0085', '\u00a0', '\ud800', '\udc00', '\u202e', 'server', ' or ', ' if ', '..', '/'],
  ...['a'.repeat(100), 'long '.repeat(900), '漢'.repeat(1400)],
];

const hostile: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...FRAGMENTS),
  fc.array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** The harmless text with the hostile one at its end, in it, before it, or instead of it. */
const spoil = (harmless: string, text: string, where: number): string => {
  const cut = [harmless.length, Math.ceil(harmless.length / 2), 1, 0][where];
  return cut === undefined ? text : harmless.slice(0, cut) + text + harmless.slice(cut);
};

const where = fc.nat({ max: 4 });

/** Texts of these characters alone mean nothing to either proxy; some fields are read in lower case, or shortened. */
const SAFE = /^[\w.:/@+*~-]*$/;

describe.each(targetNames)('%s: a hostile text', (target) => {
  describe.each([...VERSIONS[target]])('for version %s', (proxyVersion) => {
    const description = fullDescription(proxyVersion === VERSIONS[target][0] ? 'x-forwarded-for' : 'proxy-protocol');
    const render = (written: Written) => renderWritten(written, target, { proxyVersion });
    const expected = render(description).then(PARSERS[target]);

    test.each(textFields())('in %s is refused or is a text', async (field) => {
      const places = placesOf(description, field);
      expect(places, `the description of this test has no ${field}`).not.toEqual([]);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...places), hostile, where, async (place, text, at) => {
          const spoilt = spoil(place.text, text, at);
          const rendered = await render(withText(description, place, spoilt)).catch(refusal);
          if (rendered !== null) expectSame(PARSERS[target](rendered), await expected, place, spoilt);
        }),
        { numRuns: 60 },
      );
    });
  });
});

/** null for a refusal that names what is refused; any other error is thrown. */
const refusal = (error: unknown): null => {
  if (error instanceof LbError && errorsOf(error.diagnostics).length > 0) return null;
  throw error;
};

const expectSame = (
  found: readonly Statement[],
  expected: readonly Statement[],
  place: Place,
  spoilt: string,
): void => {
  if (SAFE.test(spoilt)) expect(shapes(found)).toEqual(shapes(expected));
  else expect(found).toEqual(substitute(expected, pieces(place.text, spoilt)));
};

/** How many words each statement has, and whether it has a block: in no order, since statements are sorted by name. */
const shapes = (statements: readonly Statement[]): readonly string[] =>
  allStatements(statements)
    .map(({ words, block }) => `${words.length}${block === null ? '' : ` {${block.length}}`}`)
    .sort();

/** A text and what it became; nginx gets the folder and the name of a page as two words. */
const pieces = (harmless: string, spoilt: string): readonly (readonly [string, string])[] =>
  harmless.startsWith('/srv/')
    ? [
        [dirname(harmless), dirname(spoilt)],
        [`/${basename(harmless)}`, `/${basename(spoilt)}`],
      ]
    : [[harmless, spoilt]];

const substitute = (
  statements: readonly Statement[],
  pairs: readonly (readonly [string, string])[],
): readonly Statement[] =>
  statements.map(({ words, block }) => ({
    words: words.map((word) => pairs.reduce((text, [from, to]) => text.replaceAll(from, () => to), word)),
    block: block === null ? null : substitute(block, pairs),
  }));

test.each<TargetName>(['haproxy', 'nginx'])('%s', () => {});
