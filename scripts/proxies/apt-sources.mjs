import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '/etc/apt';
// Options of a one-line entry that must not be carried over to another suite, or that we set ourselves.
const DROPPED_OPTIONS = ['arch', 'lang', 'target'];

/**
 * This machine's own sources of Debian, each turned into a deb822 stanza for another suite: so the mirror's
 * address, its keyring and its other options are the machine's, and none is written here.
 */
export function debianSources(suite, codename) {
  const names = [codename, 'stable', 'oldstable', 'testing', 'bookworm', 'trixie', 'forky'];
  const entries = sourceFiles()
    .flatMap(readEntries)
    .filter(
      (entry) => entry.components.includes('main') && entry.suites.some((name) => names.includes(name)),
    );
  // A third party may name its suites like Debian's, so the archives that look like Debian's come first.
  const candidates = entries.flatMap((entry) => entry.uris.map((uri) => ({ uri, options: entry.options })));
  const ordered = candidates.sort((a, b) => Number(looksLikeDebian(b.uri)) - Number(looksLikeDebian(a.uri)));
  const stanzas = ordered.map(({ uri, options }) => stanza(uri, suite, options));
  return [...new Set(stanzas)];
}

function looksLikeDebian(uri) {
  return /\/debian(\/|$|\.list$)/.test(uri);
}

function stanza(uri, suite, options) {
  const fields = [`Types: deb`, `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main', 'Targets: Packages'];
  return `${[...fields, ...options].join('\n')}\n`;
}

function sourceFiles() {
  const parts = join(FOLDER, 'sources.list.d');
  const names = namesIn(parts).filter((name) => /\.(list|sources)$/.test(name));
  return [
    ...namesIn(FOLDER)
      .filter((name) => name === 'sources.list')
      .map((name) => join(FOLDER, name)),
    ...names.map((name) => join(parts, name)),
  ];
}

function namesIn(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readEntries(file) {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return file.endsWith('.sources') ? readStanzas(lines) : lines.flatMap(readLine);
}

/** "deb [signed-by=/… trusted=yes] URI suite component…" */
function readLine(line) {
  const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
  if (!match) return [];
  const [, options = '', uri, suite, components] = match;
  const pairs = options
    .split(/\s+/)
    .filter(Boolean)
    .map((option) => option.split(/[-+]?=/, 2));
  return [
    {
      uris: [uri],
      suites: [suite],
      components: words(components),
      options: pairs
        .filter(([name]) => !DROPPED_OPTIONS.includes(name))
        .map(([name, value]) => `${name}: ${value}`),
    },
  ];
}

/** Stanzas of "Field: value", of which a value may go on in indented lines, as an embedded key in Signed-By does. */
function readStanzas(lines) {
  const stanzas = lines
    .join('\n')
    .split(/\n\s*\n/)
    .map((text) => text.split(/\n(?=\S)/).filter((field) => field.trim()));
  return stanzas.flatMap((fields) => {
    const value = (name) => fields.find((field) => nameOf(field) === name)?.replace(/^[^:]*:/, '') ?? '';
    if (!words(value('types')).includes('deb') || value('enabled').trim().toLowerCase() === 'no') return [];
    const ours = [
      'types',
      'uris',
      'suites',
      'components',
      'enabled',
      'architectures',
      'languages',
      'targets',
    ];
    return [
      {
        uris: words(value('uris')),
        suites: words(value('suites')),
        components: words(value('components')),
        options: fields.filter((field) => !ours.includes(nameOf(field))).map((field) => field.trim()),
      },
    ];
  });
}

function nameOf(field) {
  return field.trim().split(':', 1)[0].toLowerCase();
}

function words(text) {
  return text.split(/\s+/).filter(Boolean);
}
