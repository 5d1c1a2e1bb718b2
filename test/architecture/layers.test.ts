import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** From the bottom to the top: a file imports from its own layer and those before it. ARCHITECTURE.md tells why. */
const LAYERS = [
  'diagnostics',
  'cluster',
  'plan',
  'templating',
  'targets',
  'platform',
  'render',
  'load',
  'control',
  'publish',
  'inventory',
  'reconcile',
  'watch',
  'join',
  'commands',
  'cli',
];

/** Values in, values out: no files, no processes, no clock. */
const PURE = ['diagnostics', 'cluster', 'plan', 'templating', 'targets'];
const HARMLESS = ['node:path/posix', 'node:url', 'node:util'];

interface Import {
  readonly file: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((to) => ({
    file,
    to: to.startsWith('.') ? relative(SRC, join(SRC, dirname(file), to)) : to,
  }));
});

const layerOf = (file: string): string => file.split('/')[0] ?? '';
const within = imports.filter(({ to }) => files.includes(to));

test('every folder of src is a layer', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map(layerOf));
  expect([...folders].sort()).toEqual([...LAYERS].sort());
});

test('imports point one way', () => {
  const upward = within.filter(
    ({ file, to }) => file !== 'index.ts' && LAYERS.indexOf(layerOf(to)) > LAYERS.indexOf(layerOf(file)),
  );
  expect(upward.map(({ file, to }) => `${file} -> ${to}`)).toEqual([]);
});

test('the pure layers touch nothing outside', () => {
  const touching = imports.filter(
    ({ file, to }) => PURE.includes(layerOf(file)) && to.startsWith('node:') && !HARMLESS.includes(to),
  );
  expect(touching.map(({ file, to }) => `${file} -> ${to}`)).toEqual([]);
  const globals = files
    .filter((file) => PURE.includes(layerOf(file)))
    .filter((file) =>
      /\b(process\.[a-z]|Date\.now|new Date|Math\.random|console\.)/.test(
        readFileSync(join(SRC, file), 'utf8'),
      ),
    );
  expect(globals).toEqual([]);
});

test('a target knows nothing of another', () => {
  const across = within.filter(({ file, to }) => {
    const [, own] = /^targets\/([^/]+)\//.exec(file) ?? [];
    const [, other] = /^targets\/([^/]+)\//.exec(to) ?? [];
    return own !== undefined && other !== undefined && own !== other;
  });
  expect(across).toEqual([]);
});
