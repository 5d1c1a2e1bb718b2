import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { main } from '../../src/cli/main.ts';
import { loadDescription } from '../../src/load/load-cluster.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import type { System } from '../../src/platform/system.ts';
import { type Block, blocksOf, DOCUMENTS, ROOT, readDocument } from './blocks.ts';
import { meteorLbIn } from './shell-words.ts';

const blocks = DOCUMENTS.flatMap(blocksOf);
const written = (language: string): readonly (readonly [string, Block])[] =>
  blocks.filter((block) => block.language === language).map((block) => [block.place, block]);

/** Command lines of blocks, and of the text where they are whole. */
const commandLines = (): readonly (readonly [string, readonly string[]])[] => {
  const ofBlocks = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ place, text }) => meteorLbIn(text).map((args) => [place, args] as const));
  const ofText = DOCUMENTS.flatMap((document) =>
    [...readDocument(document).matchAll(/`((?:sudo |npx )*meteor-lb [^\s`]+ [^`…]+)`/g)].flatMap(
      ([, line = '']) => meteorLbIn(line).map((args) => [document, args] as const),
    ),
  );
  return [...ofBlocks, ...ofText].map(([place, args]) => [`${place} meteor-lb ${args.join(' ')}`, args]);
};

test('there is something to look at', () => {
  expect(commandLines().length).toBeGreaterThan(20);
  expect(written('yaml').length).toBeGreaterThan(15);
});

/** A world that nobody gets into: whoever tries has understood what was asked for. */
const untouched = () => {
  let said = '';
  const say = (text: string): void => {
    said += text;
  };
  const known = { stdout: say, stderr: say, colour: false };
  const platform = new Proxy(known as unknown as System, {
    get: (world, key) => {
      if (key in known) return Reflect.get(world, key);
      throw new Error('it is understood');
    },
  });
  return { platform, said: () => said };
};

test.each(commandLines())('%s: is a command line of meteor-lb', async (_line, args) => {
  const { platform, said } = untouched();
  const exitCode = await main(args, platform);
  if (exitCode !== 0) expect(said()).toContain('it is understood');
});

test('a command line that is none is seen', async () => {
  for (const args of [['wach'], ['watch', '--relaod'], ['render'], ['drain'], ['join', '--app']]) {
    const { platform, said } = untouched();
    expect(await main(args, platform)).toBe(2);
    expect(said()).not.toContain('it is understood');
  }
});

/** A whole description of a part of one: more of the top level, of the app's sources, or nothing but comments. */
const complete = (part: unknown): object => {
  const todos = { nodes: ['10.0.0.11:3000'] };
  if (Array.isArray(part)) return { apps: { todos: { inventory: part } } };
  return { apps: { todos }, ...(part as object | null) };
};

test.each(written('yaml'))('%s: is a description, or a part of one', async (_place, { text }) => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-docs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const cluster = join(folder, 'cluster.yaml');
  await writeFile(cluster, JSON.stringify(complete(parse(text))));
  const { value, diagnostics } = await loadDescription({ cluster }, nodeSystem);
  expect(diagnostics).toEqual([]);
  expect(value).not.toBeNull();
});

test.each(written('json'))('%s: is JSON', (_place, { text }) => {
  JSON.parse(text);
});

describe.each(DOCUMENTS)('%s', (document) => {
  const links = [...readDocument(document).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(
    ([, link = '']) => link,
  );

  test('leads to what is there', () => {
    const lost = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
    expect(lost).toEqual([]);
  });
});

/** As GitHub names headings. */
const anchorsOf = (document: string): readonly string[] =>
  [...readDocument(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
