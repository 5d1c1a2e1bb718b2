import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { certificate } from './certificate.ts';
import type { InstalledProxy } from './proxies.ts';

/** What a proxy says of a configuration. */
export interface Verdict {
  readonly status: number | null;
  /** Warnings and errors; nothing where the proxy is content. */
  readonly complaints: readonly string[];
}

/**
 * Has a real proxy judge a configuration. Absolute paths are moved to a temporary folder, and the certificates and pages
 * they name are put there. Runs without a network, so that no port of this machine is opened even for an instant.
 */
export const checkConfig = (text: string, proxy: InstalledProxy): Verdict => {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-check-'));
  try {
    const file = join(folder, 'config');
    writeFileSync(file, moveInto(folder, text, proxy));
    const args =
      proxy.proxy === 'nginx' ? ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', file] : ['-c', '-f', file];
    const { status, stderr, stdout, error } = spawnSync(
      'unshare',
      [process.getuid?.() === 0 ? '-n' : '-rn', proxy.binary, ...args],
      { encoding: 'utf8', timeout: 60_000 },
    );
    if (error) throw error;
    const complaints = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line.trim() !== '' && !EXPECTED.test(line));
    return { status, complaints };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** No complaints: HAProxy 2.6 says that a file is valid, and without a network no name is found. */
const EXPECTED =
  /Configuration file is valid|\[NOTICE\]|can't connect socket for nameserver|could not resolve address|^Warnings were found/;

const moveInto = (folder: string, text: string, { proxy, modules }: InstalledProxy): string => {
  const streamModule = modules === null ? '' : `load_module ${modules}/ngx_stream_module.so;`;
  const moved = text
    .replaceAll(/^include \/etc\/nginx\/modules-enabled.*$/gm, streamModule)
    // Before 1.27.3 nginx looks names up when it starts; here is no DNS.
    .replaceAll(proxy === 'nginx' ? /\b[a-z-]+\.internal:(?=\d)/g : /(?!)/g, 'localhost:')
    .replaceAll(/(?<![\w.:/])\/(etc\/ssl|var|run|tmp|srv)\/[^\s;"'/]+(\/[^\s;"']*)?/g, (path) => {
      const inside = `${folder}${path}`;
      mkdirSync(dirname(inside), { recursive: true });
      if (/\.(pem|key)$/.test(path)) writeFileSync(inside, certificate);
      if (path.endsWith('.html')) writeFileSync(inside, '<h1>Back soon</h1>\n');
      return inside;
    });
  if (proxy === 'nginx' && !/^events /m.test(moved)) {
    writeFileSync(join(folder, 'included.conf'), moved);
    return 'events {}\nhttp {\n    include included.conf;\n}\n';
  }
  return moved;
};
