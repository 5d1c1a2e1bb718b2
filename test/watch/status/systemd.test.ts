import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const unit = fileURLToPath(new URL('../../../systemd/meteor-lb.service', import.meta.url));
const guide = readFileSync(new URL('../../../docs/systemd.md', import.meta.url), 'utf8');

/** Blocks of the guide that are marked with a name, without their indentation. */
const blocks = (name: string): readonly string[] => {
  const marked = new RegExp(`^( *)<!-- ${name} -->\n *\`\`\`[a-z]+\n(.*?)^ *\`\`\`$`, 'gms');
  return [...guide.matchAll(marked)].map(([, indent = '', text = '']) =>
    text.replaceAll(`\n${indent}`, '\n').trimStart(),
  );
};

const missing = spawnSync('systemd-analyze', ['--version']).status !== 0;

describe.skipIf(missing && !process.env.CI)('systemd', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'units-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const complaints = (file: string): string => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    return status === 0 ? stderr : `${stderr}status ${status}`;
  };

  test('understands the unit', () => {
    expect(complaints(unit)).toBe('');
  });

  test.each(blocks('meteor-lb.service drop-in'))(
    'understands the unit with a drop-in of the guide: %s',
    (text) => {
      const file = join(folder, 'meteor-lb.service');
      writeFileSync(file, readFileSync(unit));
      mkdirSync(`${file}.d`);
      writeFileSync(join(`${file}.d`, 'override.conf'), text);
      expect(complaints(file)).toBe('');
    },
  );

  test("understands the guide's unit for nginx", () => {
    const file = join(folder, 'meteor-nginx.service');
    writeFileSync(file, blocks('meteor-nginx.service')[0] ?? '');
    expect(complaints(file)).toBe('');
  });
});

test('the guide has three drop-ins', () => {
  expect(blocks('meteor-lb.service drop-in')).toHaveLength(3);
});

describe('the polkit rule', () => {
  /** What the rule answers, run as a program of its own with what polkit gives to rules. */
  const answer = (id: string, details: Readonly<Record<string, string>>, user: string): string => {
    const program = `let rule; const polkit = { addRule: (r) => { rule = r; }, Result: { YES: 'yes' } };
      ${blocks('polkit')[0]}
      const details = ${JSON.stringify(details)};
      const action = { id: ${JSON.stringify(id)}, lookup: (key) => details[key] };
      process.stdout.write(String(rule(action, { user: ${JSON.stringify(user)} })));`;
    return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  };
  const UNITS = 'org.freedesktop.systemd1.manage-units';

  test.each([
    [UNITS, { unit: 'nginx.service', verb: 'reload' }, 'meteor-lb', 'yes'],
    [UNITS, { unit: 'nginx.service', verb: 'stop' }, 'meteor-lb', 'undefined'],
    [UNITS, { unit: 'ssh.service', verb: 'reload' }, 'meteor-lb', 'undefined'],
    [UNITS, { unit: 'nginx.service', verb: 'reload' }, 'www-data', 'undefined'],
    [
      'org.freedesktop.systemd1.manage-unit-files',
      { unit: 'nginx.service', verb: 'reload' },
      'meteor-lb',
      'undefined',
    ],
  ])('of %s with %j by %s says %s', (id, details, user, expected) => {
    expect(answer(id, details, user)).toBe(expected);
  });
});
