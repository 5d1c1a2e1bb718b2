import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LbError } from '../../src/diagnostics/lb-error.ts';
import { quoteHaproxy } from '../../src/targets/haproxy/quote.ts';
import { quoteNginx } from '../../src/targets/nginx/quote.ts';
import { parseHaproxy } from '../support/haproxy-syntax.ts';
import { EMPTY_MACHINE, startJudge } from '../support/judge.ts';
import { parseNginx } from '../support/nginx-syntax.ts';
import { installedProxies } from '../support/proxies.ts';
import type { Statement } from '../support/statement.ts';
import { HOSTILE, hostileText } from './hostile-text.ts';

interface Language {
  readonly quote: (text: string) => string;
  readonly parse: (text: string) => readonly Statement[];
  /** A configuration in which two words stand beside one another. */
  readonly configuration: (first: string, second: string) => string;
  /** What the proxy itself says of a word that it does not know in a place where it expects one of a few. */
  readonly complaint: { readonly line: (word: string) => string; readonly about: (text: string) => string };
}

const LANGUAGES: Readonly<Record<'nginx' | 'haproxy', Language>> = {
  nginx: {
    quote: quoteNginx,
    parse: parseNginx,
    configuration: (first, second) => `name ${first} ${second};\n`,
    complaint: {
      line: (word) => `events {\n    use ${word};\n}\n`,
      about: (text) => `invalid event type "${text}" in `,
    },
  },
  haproxy: {
    quote: quoteHaproxy,
    parse: (text) => parseHaproxy(text)[0]?.block ?? [],
    configuration: (first, second) => `global\n    name ${first} ${second}\n`,
    complaint: {
      line: (word) => `defaults\n    mode ${word}\n`,
      about: (text) => `unknown proxy mode '${text}'.`,
    },
  },
};

/** The text as a word, or null where it is refused. */
const quoted = ({ quote }: Language, text: string): string | null => {
  try {
    return quote(text);
  } catch (error) {
    expect(error).toBeInstanceOf(LbError);
    return null;
  }
};

const alone = HOSTILE.map((text): [string, string] => [text, text]);

describe.each(Object.entries(LANGUAGES))('%s', (_, language) => {
  test('any text is one word when it is quoted, or is refused', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (...texts) => {
        const [first, second] = texts.map((text) => quoted(language, text));
        if (first == null || second == null) return;
        expect(language.parse(language.configuration(first, second))).toEqual([
          { words: ['name', ...texts], block: null },
        ]);
      }),
      { examples: alone, numRuns: 5000 },
    );
  });

  test('of what is short, control characters, halves of characters and, for nginx, "$" are refused', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        if (text.length > 1000) return;
        const hasReason =
          /[\p{Cc}\p{Cs}]/u.test(text) || (language === LANGUAGES.nginx && text.includes('$'));
        expect(quoted(language, text) === null).toBe(hasReason);
      }),
      { examples: HOSTILE.map((text): [string] => [text]), numRuns: 5000 },
    );
  });
});

describe.concurrent('the words of a quoted text are read alike', { timeout: 120_000 }, () => {
  test.for(installedProxies())('by $proxy $version itself', async (proxy) => {
    const language = LANGUAGES[proxy.proxy];
    const { line, about } = language.complaint;
    const judge = await startJudge(proxy);
    try {
      await fc.assert(
        fc.asyncProperty(hostileText, async (text) => {
          const word = text.length > 500 ? null : quoted(language, text);
          if (word === null || text === '') return;
          const { complaints } = await judge.judge(line(word), EMPTY_MACHINE);
          expect(complaints.join('\n')).toContain(about(text));
        }),
        { numRuns: 50 },
      );
    } finally {
      await judge.close();
    }
  });
});
