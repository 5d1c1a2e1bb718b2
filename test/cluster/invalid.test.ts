import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { EXIT } from '../../src/diagnostics/lb-error.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';

/** `meteor-lb validate` of a case, from the root of the repository, with real files. */
const validate = async (folder: string, ...args: readonly string[]) => {
  const file = readdirSync(folder).find((entry) => /^cluster\.(yaml|json)$/.test(entry));
  const printed = { stdout: '', stderr: '' };
  const exitCode = await main(['validate', '-c', `${folder}/${file}`, ...args], {
    ...nodeSystem,
    colour: false,
    stdout: (text) => {
      printed.stdout += text;
    },
    stderr: (text) => {
      printed.stderr += text;
    },
  });
  return { exitCode, ...printed };
};

/** What a case is expected to print for people; its codes in their order. */
const expectedText = (folder: string): string => readFileSync(`${folder}/expected.txt`, 'utf8');
const expectedCodes = (folder: string): readonly string[] =>
  [...expectedText(folder).matchAll(/^\S+:\d+:\d+ (?:error|warning|info)\[([a-z-]+)\] /gm)].map(
    ([, code]) => code ?? '',
  );

describe.each([
  ['fixtures/invalid', 'is refused', EXIT.invalid],
  ['fixtures/warnings', 'is accepted', EXIT.ok],
])('A description in %s %s:', (root, _verdict, exitCode) => {
  const cases = readdirSync(root).map((name) => [name, `${root}/${name}`] as const);

  test.each(cases)('%s is explained to people in the words of expected.txt.', async (_name, folder) => {
    const { stderr, ...rest } = await validate(folder);
    expect(rest).toEqual({ exitCode, stdout: '' });
    await expect(stderr).toMatchFileSnapshot(`../../${folder}/expected.txt`);
  });

  test.each(cases)('%s gives programs the same findings as JSON.', async (_name, folder) => {
    const { stdout, ...rest } = await validate(folder, '--format', 'json');
    expect(rest).toEqual({ exitCode, stderr: '' });
    const diagnostics = JSON.parse(stdout) as readonly Diagnostic[];
    expect(diagnostics.map(({ code }) => code)).toEqual(expectedCodes(folder));
  });

  test.each(cases)('%s gives GitHub one annotation for each finding.', async (_name, folder) => {
    const { stdout, ...rest } = await validate(folder, '--format', 'github');
    expect(rest).toEqual({ exitCode, stderr: '' });
    const annotation = /^::(?:error|warning|notice) file=\S+,line=\d+,col=\d+,title=meteor-lb ([a-z-]+)::./;
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines.map((line) => annotation.exec(line)?.[1])).toEqual(expectedCodes(folder));
  });

  test.each(cases)('%s is told without the jargon of a library.', (_name, folder) => {
    const words = expectedText(folder).replaceAll(/"[^"]*"/g, '""');
    expect(words).not.toMatch(
      /\b(Invalid|[Ee]xpected|received|Too (big|small)|[Ff]low (map|sequence)|scalar|undefined|NaN)\b|\[object/,
    );
  });
});
