import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface InstalledProxy {
  proxy: 'nginx' | 'haproxy';
  version: string;
  binary: string;
  /** The folder of nginx's module files; null for HAProxy and for an nginx that has its stream module built in. */
  modules: string | null;
}

/** The proxies of the index that scripts/install-proxies.mjs --all writes; without it, the system's own. */
export function installedProxies(): InstalledProxy[] {
  const { METEOR_LB_PROXIES, XDG_CACHE_HOME } = process.env;
  const cache =
    METEOR_LB_PROXIES || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'meteor-lb', 'proxies');
  const index = join(resolve(cache), 'index.json');
  if (!existsSync(index)) return [systemProxy('nginx'), systemProxy('haproxy')];
  return JSON.parse(readFileSync(index, 'utf8')) as InstalledProxy[];
}

function systemProxy(proxy: InstalledProxy['proxy']): InstalledProxy {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const binary = folders
    .map((folder) => join(folder, proxy))
    .find((file) => file.startsWith('/') && existsSync(file));
  if (!binary) throw new Error(`no ${proxy} on this machine: run "npm run proxies"`);
  // nginx writes this on stderr, HAProxy on stdout.
  const built = execFileSync('/bin/sh', ['-c', '"$0" "$1" 2>&1', binary, proxy === 'nginx' ? '-V' : '-v'], {
    encoding: 'utf8',
  });
  const version = /\bversion:? (?:nginx\/)?(\d[\w.]*)/.exec(built)?.[1] ?? 'unknown';
  const modules = /--modules-path=(\S+)/.exec(built)?.[1];
  return {
    proxy,
    version,
    binary,
    modules: modules && existsSync(join(modules, 'ngx_stream_module.so')) ? modules : null,
  };
}

/** The proxies that the end-to-end tests run through: the system's, or with METEOR_LB_PROXY_MATRIX=1 all of the index. */
export function proxiesUnderTest(): InstalledProxy[] {
  if (process.env.METEOR_LB_PROXY_MATRIX === '1') return installedProxies();
  return [systemProxy('nginx'), systemProxy('haproxy')];
}
