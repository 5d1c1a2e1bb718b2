import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { EXIT } from '../../src/diagnostics/lb-error.ts';
import { nodePlatform } from '../../src/platform/node.ts';

interface Run {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** `meteor-lb validate`, from the root of the repository, with real files. */
const validate = async (...args: readonly string[]): Promise<Run> => {
  const run = { stdout: '', stderr: '' };
  const exitCode = await main(['validate', ...args], {
    ...nodePlatform,
    colour: false,
    stdout: (text) => {
      run.stdout += text;
    },
    stderr: (text) => {
      run.stderr += text;
    },
  });
  return { exitCode, ...run };
};

/** Codes of the findings in the text form, in their order. */
const codesOf = (text: string): readonly string[] =>
  [...text.matchAll(/^\S+:\d+:\d+ (?:error|warning|info)\[([a-z-]+)\] /gm)].map(([, code]) => code ?? '');

describe.each([
  { folder: 'fixtures/invalid', what: 'is refused', exitCode: EXIT.invalid },
  { folder: 'fixtures/warnings', what: 'is accepted', exitCode: EXIT.ok },
])('A description in $folder $what', ({ folder, exitCode }) => {
  const cases = readdirSync(folder).map((name) => {
    const file = readdirSync(`${folder}/${name}`).find((entry) => /^cluster\.(yaml|json)$/.test(entry));
    return { name, file: `${folder}/${name}/${file}`, expected: `../../${folder}/${name}/expected.txt` };
  });

  test.each(cases)('$name is explained to people as expected.txt says', async ({ file, expected }) => {
    const { stderr, ...rest } = await validate('-c', file);
    expect(rest).toEqual({ exitCode, stdout: '' });
    await expect(stderr).toMatchFileSnapshot(expected);
  });

  test.each(cases)('$name is told to programs and to GitHub with the same findings', async ({ file }) => {
    const text = await validate('-c', file);
    const json = await validate('-c', file, '--format', 'json');
    const github = await validate('-c', file, '--format', 'github');
    const diagnostics = JSON.parse(json.stdout) as readonly Diagnostic[];
    const annotations = github.stdout.split('\n').slice(0, -1);

    expect(diagnostics.map(({ code }) => code)).toEqual(codesOf(text.stderr));
    expect(
      annotations.map(
        (line) =>
          /^::(?:error|warning|notice) file=\S+,line=\d+,col=\d+,title=meteor-lb ([a-z-]+)::./.exec(
            line,
          )?.[1],
      ),
    ).toEqual(codesOf(text.stderr));
    expect([json, github].map(({ stderr, exitCode: code }) => ({ stderr, code }))).toEqual([
      { stderr: '', code: exitCode },
      { stderr: '', code: exitCode },
    ]);
  });
});

test('No message is in the words of a library', async () => {
  const folders = ['fixtures/invalid', 'fixtures/warnings'].flatMap((folder) =>
    readdirSync(folder).map((name) => `${folder}/${name}`),
  );
  for (const folder of folders) {
    const file = readdirSync(folder).find((entry) => entry.startsWith('cluster.')) ?? '';
    const { stdout } = await validate('-c', `${folder}/${file}`, '--format', 'json');
    for (const { message, hint } of JSON.parse(stdout) as readonly Diagnostic[]) {
      const words = `${message} ${hint}`.replaceAll(/"[^"]*"/g, '""');
      expect(words, folder).not.toMatch(
        /\b(Invalid|[Ee]xpected|received|Too (big|small)|flow (map|sequence)|scalar|undefined|NaN)\b|\[object/,
      );
    }
  }
});
