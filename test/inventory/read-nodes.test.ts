import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInventoryNodes, readNodes } from '../../src/inventory/read-nodes.ts';
import { HOSTILE } from '../property/hostile-text.ts';

const host = (last: number, port = 3000) => ({ host: `10.0.0.${last}`, port });

const read = (text: string) => readNodes(text, 'nodes');
const entries = (text: string) => {
  const list = read(text);
  return 'entries' in list ? list.entries : list;
};
const told = (text: string) => {
  const list = read(text);
  const diagnostics = 'entries' in list ? list.leftOut : list.diagnostics;
  return diagnostics.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`);
};

test.each([
  ['YAML', '- 10.0.0.1:3000\n- 10.0.0.2:3000\n'],
  ['YAML with a start', '---\n- 10.0.0.1:3000\n- 10.0.0.2:3000\n'],
  ['YAML on one line', '[10.0.0.1:3000, 10.0.0.2:3000]'],
  ['YAML in brackets', '[\n  10.0.0.1:3000,\n  10.0.0.2:3000\n]\n'],
  ['YAML of maps', '- host: 10.0.0.1\n  port: 3000\n- { host: 10.0.0.2, port: 3000 }\n'],
  ['JSON', '["10.0.0.1:3000","10.0.0.2:3000"]'],
  ['JSON on lines', '[\n"10.0.0.1:3000",\n"10.0.0.2:3000"\n]'],
  ['JSON of maps', '[{"host":"10.0.0.1","port":3000},{"host":"10.0.0.2","port":3000}]'],
  ['lines', '10.0.0.1:3000\n10.0.0.2:3000\n'],
  ['lines without an end', '10.0.0.1:3000\n10.0.0.2:3000'],
  ['lines of Windows', '10.0.0.1:3000\r\n10.0.0.2:3000\r\n'],
  ['lines of Windows with comments', '\ufeff# all\r\n10.0.0.1:3000 # one\r\n\r\n10.0.0.2:3000\t# two\r\n'],
  ['YAML of Windows', '- 10.0.0.1:3000\r\n- 10.0.0.2:3000\r\n'],
  ['lines with blanks around', '  10.0.0.1:3000  \n\t10.0.0.2:3000\t\n'],
  ['lines with comments', '# all\n\n10.0.0.1:3000 # the first\n  # and\n10.0.0.2:3000\t# the second\n'],
  ['lines with a byte order mark', '\ufeff10.0.0.1:3000\n10.0.0.2:3000\n'],
])('two nodes are read from %s', (_form, text) => {
  expect(entries(text)).toMatchObject([host(1), host(2)]);
  expect(told(text)).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['blank lines', '\n\n'],
  ['a comment', '# none today\n'],
  ['an empty list', '[]'],
])('no nodes are read from %s', (_form, text) => {
  expect(read(text)).toEqual({ entries: [], leftOut: [] });
});

test('hosts by name and by IPv6 are read from lines', () => {
  expect(entries('app1.internal:3000\n[2001:DB8::1]:3000\n')).toMatchObject([
    { host: 'app1.internal', port: 3000 },
    { host: '2001:db8::1', port: 3000 },
  ]);
});

describe('a bad entry is left out and named with its place, and the others count', () => {
  test.each([
    ['a line', '10.0.0.1:3000\nnonsense\n10.0.0.2:3000\n', '2:1 [1]: '],
    [
      'a line after blank lines and comments',
      '# x\n\n\n10.0.0.1:3000\n\n  nonsense\n10.0.0.2:3000',
      '6:3 [1]: ',
    ],
    ['a line without brackets around IPv6', '10.0.0.1:3000\n::1:3000\n10.0.0.2:3000', '2:1 [1]: '],
    ['a port that is none', '10.0.0.1:3000\n10.0.0.9:70000\n10.0.0.2:3000', '2:1 [1]: '],
    ['an entry of YAML', '- 10.0.0.1:3000\n- { host: 10.0.0.9, prot: 1 }\n- 10.0.0.2:3000', '2:'],
    ['an entry that is null', '- 10.0.0.1:3000\n-\n- 10.0.0.2:3000', '2:'],
    ['an entry that is a list', '- 10.0.0.1:3000\n- [a, b]\n- 10.0.0.2:3000', '2:'],
    ['a state that is none', '- 10.0.0.1:3000\n- { host: h, port: 1, state: up }\n- 10.0.0.2:3000', '2:'],
  ])('%s', (_what, text, start) => {
    expect(entries(text)).toMatchObject([host(1), host(2)]);
    expect(told(text)[0]?.slice(0, start.length)).toBe(start);
    expect(new Set(told(text).map((line) => line.split(':')[0])).size).toBe(1);
  });

  test.each([
    '*all',
    '&a',
    '!x',
    '@',
    '`',
    '%',
    '|',
    '>',

    '? ',
    "'",
    '[',
    ']',
    '}',
    ',',
    '~',
    'true',
    '---',
    '...',
  ])('a line %s, whatever that means in YAML', (line) => {
    expect(entries(`10.0.0.1:3000\n${line}x\n10.0.0.2:3000\n`)).toMatchObject([host(1), host(2)]);
  });
});

test.each([
  ['a map', 'a: 1\nb: 2\n'],
  ['a text', 'nonsense'],
  ['a number', '42'],
  ['broken YAML', '- a: [\n- b\n'],
  ['broken JSON', '["10.0.0.1:3000",'],
  ['half an answer of a server', '<html><body>502 Bad Gateway</body></html>'],
])('%s is no list at all, and it is said why', (_what, text) => {
  const list = read(text);
  expect(list).not.toHaveProperty('entries');
  expect(told(text).length).toBeGreaterThan(0);
});

test('20,000 nodes are read, and one more is no list any more', () => {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, index) => `h${index}.internal:3000`).join('\n');
  expect(entries(lines(20_000))).toHaveLength(20_000);
  expect(read(lines(20_001))).not.toHaveProperty('entries');
  expect(told(lines(20_001))[0]).toContain('20000');
});

describe('an --inventory file', () => {
  const readApp = (text: string, app = 'todos') => readInventoryNodes(text, 'inventory.json', app);

  test("has each app's nodes", () => {
    const text = '{"version":1,"apps":{"blog":["10.0.0.9:1"],"todos":["10.0.0.1:3000"]}}';
    expect(readApp(text)).toMatchObject({ entries: [host(1)], leftOut: [] });
    expect(readApp(text, 'blog')).toMatchObject({ entries: [host(9, 1)] });
  });

  test.each([
    ['nothing', ''],
    ['no apps', 'version: 1'],
    ['another app', 'apps: { blog: [] }'],
    ['an app with no nodes', 'apps: { todos: [] }'],
    ['the same with names that objects have', 'apps: { constructor: 1 }'],
  ])('with %s has no nodes for an app', (_what, text) => {
    expect(readApp(text)).toEqual({ entries: [], leftOut: [] });
  });

  test.each([
    ['no map', '- 10.0.0.1:3000'],
    ['apps that are none', 'apps: 3'],
    ['apps without a value', 'apps:'],
    ['an app that is no list', 'apps: { todos: 10.0.0.1:3000 }'],
    ['an app without a value', 'apps: { todos: }'],
    ['broken JSON', '{"apps":'],
  ])('that has %s can not be used', (_what, text) => {
    expect(readApp(text)).not.toHaveProperty('entries');
  });

  test('a bad entry is left out, and what is wrong with other apps does not matter', () => {
    const text = 'apps:\n  todos: [nonsense, 10.0.0.1:3000]\n  blog: 3\n';
    const list = readApp(text);
    expect(list).toMatchObject({ entries: [host(1)], leftOut: [{ place: { line: 2, column: 11 } }] });
  });
});

test('whatever a text holds, it is read without an exception, and no host has more than a host may have', () => {
  const part = fc.oneof(
    fc.constantFrom(...HOSTILE.filter((text) => text.length < 100)),
    fc.constantFrom('10.0.0.1:3000', '\n', '\n- ', ': ', '\r\n', 'host: a', '{}', '[', ']'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const list = read(parts.join(''));
      const found = 'entries' in list ? list.entries : [];
      for (const entry of found) {
        const { host: name } = { host: 'a', ...entry };
        expect(name).toMatch(/^[a-z0-9_.:-]+$/);
      }
    }),
    { numRuns: 500 },
  );
});
