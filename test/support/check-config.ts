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
 * they name are put there; `files` names those whose paths need quotes. Runs without a network, so that no port of this machine is opened even for an instant.
 */
export const checkConfig = (text: string, proxy: InstalledProxy, files: readonly string[] = []): Verdict => {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-check-'));
  try {
    const file = join(folder, 'config');
    for (const named of files) placeFile(`${folder}${named}`);
    writeFileSync(file, moveInto(folder, text, proxy));
    const args =
      proxy.proxy === 'nginx' ? ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', file] : ['-c', '-f', file];
    const { status, stderr, stdout, error } = spawnSync(
      'unshare',
      [process.getuid?.() === 0 ? '-n' : '-rn', 'sh', '-c', ANY_ADDRESS, proxy.binary, ...args],
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

/** nginx binds its addresses even for a check: here it may bind any. */
const ANY_ADDRESS = 'for v in 4 6; do echo 1 > /proc/sys/net/ipv$v/ip_nonlocal_bind; done; exec "$0" "$@"';

/** No complaints: HAProxy 2.6 says that a file is valid, and without a network no name is found. */
const EXPECTED =
  /Configuration file is valid|\[NOTICE\]|can't connect socket for nameserver|could not resolve address|^Warnings were found/;

const placeFile = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  if (/\.(pem|key)$/.test(file)) writeFileSync(file, certificate);
  if (file.endsWith('.html')) writeFileSync(file, '<h1>Back soon</h1>\n');
};

const moveInto = (folder: string, text: string, { proxy, modules }: InstalledProxy): string => {
  const streamModule = modules === null ? '' : `load_module ${modules}/ngx_stream_module.so;`;
  const moved = text
    .replaceAll(/^include \/etc\/nginx\/modules-enabled.*$/gm, streamModule)
    // Before 1.27.3 nginx looks names up when it starts; here is no DNS.
    .replaceAll(proxy === 'nginx' ? /\b[a-z0-9-]+\.internal:(?=\d)/g : /(?!)/g, 'localhost:')
    .replaceAll(/(?<![\w.:/])\/(etc\/ssl|var|run|tmp|srv)\/[^\s;"'/]+(\/[^\s;"']*)?/g, (path) => {
      const inside = `${folder}${path}`;
      placeFile(inside);
      return inside;
    });
  if (proxy === 'nginx' && !/^events /m.test(moved)) {
    writeFileSync(join(folder, 'included.conf'), moved);
    return 'events {}\nhttp {\n    include included.conf;\n}\n';
  }
  return moved;
};
