import { dirname } from 'node:path/posix';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterSchema } from '../../src/cluster/schema/cluster.ts';
import { errorsOf } from '../../src/diagnostics/diagnostic.ts';
import { LbError } from '../../src/diagnostics/lb-error.ts';
import { targetNames } from '../../src/targets/registry.ts';
import { parseHaproxy } from '../support/haproxy-syntax.ts';
import { parseNginx } from '../support/nginx-syntax.ts';
import { allStatements, type Statement } from '../support/statement.ts';
import { type Place, textFields, textsOf, withText } from './fields.ts';
import { fullDescription } from './full-description.ts';
import { HOSTILE, hostileText, spoil, where } from './hostile-text.ts';
import { renderWritten } from './render-written.ts';
import type { Written } from './written.ts';

const PARSERS = { nginx: parseNginx, haproxy: parseHaproxy } as const;

/** An old and a new version of each: they get different configurations. */
const VERSIONS = {
  nginx: { old: '1.18', young: '1.31' },
  haproxy: { old: '2.4', young: '3.4' },
} as const;

describe.each(targetNames)('%s: a hostile text', async (target) => {
  /** A configuration's generation is a hash of it: it differs wherever anything does. */
  const parse = (text: string) =>
    PARSERS[target](text.replace(/(return 200|description meteor-lb) [0-9a-f]{16}/, '$1 generation'));
  const prepare = async (proxyVersion: string, description: Written) => {
    const render = (written: Written) => renderWritten(written, target, { proxyVersion });
    return { description, render, expected: parse(await render(description)) };
  };
  const old = await prepare(VERSIONS[target].old, fullDescription('x-forwarded-for'));
  const young = await prepare(VERSIONS[target].young, fullDescription('proxy-protocol'));

  test.for(textFields())('in %s is refused or is a text', { timeout: 120_000 }, async (field) => {
    const count = placesFor(field, old.description).length;
    expect(count, `places of ${field} in test/property/full-description.ts`).toBeGreaterThan(0);
    const isShown = placesFor(field, old.description).some(({ value }) =>
      pieces(value, value).some(([piece]) => hasText(old.expected, piece)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: count - 1 }),
        fc.boolean(),
        hostileText,
        where,
        async (index, isOld, hostile, at) => {
          const { description, render, expected } = isOld ? old : young;
          const place = placesFor(field, description)[index] as Place<string>;
          const text = spoil(place.value, hostile, at);
          const spoilt = withText(description, place, text);
          if (isOfOtherForm(field, text) || !clusterSchema.safeParse(spoilt).success) return;
          const rendered = await render(spoilt).catch((error: unknown) => expectRefusal(error, text));
          if (rendered === null) return;
          const found = parse(rendered);
          expectSame(found, expected, pieces(place.value, text));
          if (target === 'nginx') expectSameVariables(found, expected, text);
        },
      ),
      {
        examples: isShown ? HOSTILE.map((hostile, index) => [0, index % 2 === 0, hostile, 0]) : [],
        numRuns: isShown ? HOSTILE.length + 20 : 10,
      },
    );
  });
});

/** The content of a key file is a text too; of HAProxy before 3.0 it is a word in the configuration. */
test('a hostile secret is one word of haproxy', async () => {
  const description = fullDescription('x-forwarded-for');
  const wordsOf = async (secret: string) =>
    allStatements(
      parseHaproxy(await renderWritten(description, 'haproxy', { proxyVersion: '2.6', secret })),
    ).map(({ words }) => words);
  const expected = await wordsOf('harmless-secret');
  const printable = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  });
  await fc.assert(
    fc.asyncProperty(printable, async (text) => {
      const secret = `12345678${text}`;
      const found = await wordsOf(secret);
      expect(found).toContainEqual(['dynamic-cookie-key', secret]);
      expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    }),
    { numRuns: 40 },
  );
});

const placesFor = (field: string, description: Written): readonly Place<string>[] =>
  textsOf(description, field).filter(({ value }) => !isOfOtherForm(field, value));

/** Other things are written for an address than for a host name, and for the path "/" than for any other. */
const isOfOtherForm = (field: string, text: string): boolean =>
  (field.includes('.nodes.') && /^[0-9.]+(:[0-9]+)?$/.test(text)) || text === '/';

const hasText = (statements: readonly Statement[], text: string): boolean =>
  allStatements(statements).some(({ words }) => words.some((word) => word.includes(text)));

/** A refusal names what it refuses. Half of a character can't be in a file, so that only a description with `\ud800` has it. */
const expectRefusal = (error: unknown, text: string): null => {
  if (!(error instanceof LbError)) throw error;
  if (!/\p{Cs}/u.test(text)) expect(errorsOf(error.diagnostics)).not.toEqual([]);
  return null;
};

/** Texts of these characters alone mean nothing to either proxy; some fields are read in lower case, or shortened. */
const SAFE = /^[\w.:/@+*~-]*$/;

type Pieces = readonly (readonly [harmless: string, spoilt: string])[];

/** What becomes of a text; nginx gets the folder and the name of a page as two words. */
const pieces = (harmless: string, spoilt: string): Pieces => [
  [harmless, spoilt],
  ...(harmless.endsWith('.html')
    ? [[dirname(harmless), dirname(spoilt)] as const, [lastOf(harmless), lastOf(spoilt)] as const]
    : []),
];

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/'));

/** The spoilt text is where the harmless one was, byte for byte, and nothing else has changed. */
const expectSame = (found: readonly Statement[], expected: readonly Statement[], replaced: Pieces): void => {
  if (replaced.every(([, spoilt]) => SAFE.test(spoilt))) expect(shapes(found)).toEqual(shapes(expected));
  else expect(found).toEqual(substitute(expected, replaced));
};

/** No text becomes a variable. Apps and cookies have variables that are named after them, by word characters alone. */
const expectSameVariables = (found: readonly Statement[], expected: readonly Statement[], text: string) => {
  expect(variables(found).length).toBe(variables(expected).length);
  if (!SAFE.test(text)) expect(variables(found)).toEqual(variables(expected));
};

/** nginx reads variables in words, whatever their quotes. */
const variables = (statements: readonly Statement[]): readonly string[] =>
  allStatements(statements)
    .flatMap(({ words }) => words.flatMap((word) => word.match(/\$\w*/g) ?? []))
    .sort();

/** How many words each statement has, and whether it has a block: in no order, since statements are sorted by name. */
const shapes = (statements: readonly Statement[]): readonly string[] =>
  allStatements(statements)
    .map(({ words, block }) => `${words.length}${block === null ? '' : ` {${block.length}}`}`)
    .sort();

const substitute = (statements: readonly Statement[], replaced: Pieces): readonly Statement[] =>
  statements.map(({ words, block }) => ({
    words: words.map((word) => {
      const [harmless, spoilt] = replaced.find(([one]) => word.includes(one)) ?? [word, word];
      return word.replaceAll(harmless, () => spoilt);
    }),
    block: block === null ? null : substitute(block, replaced),
  }));
