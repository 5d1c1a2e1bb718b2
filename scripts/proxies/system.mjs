import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { streamSupport, versionOf } from './inspect.mjs';

// Debian leaves these out of an ordinary user's PATH although that is where the proxies are.
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The Debian packages for what this system lacks of what the tests run. dnsmasq-base is the program without the service. */
export function missingPackages() {
  const nginx = findBinary('nginx');
  return [
    !nginx && 'nginx',
    !findBinary('haproxy') && 'haproxy',
    !(nginx && hasStream(nginx)) && 'libnginx-mod-stream',
    !findBinary('etcd') && 'etcd-server',
    !findBinary('etcdctl') && 'etcd-client',
    !findBinary('dnsmasq') && 'dnsmasq-base',
    !findBinary('ip') && 'iproute2',
  ].filter(Boolean);
}

/** The system's own proxies, in the form of index.json. */
export function findSystemProxies() {
  const suite = systemCodename() ?? 'system';
  return ['nginx', 'haproxy'].flatMap((proxy) => {
    const binary = findBinary(proxy);
    const version = binary && versionOf(binary);
    if (!version) return [];
    return [{ proxy, version, binary, suite, modules: proxy === 'nginx' ? modulesOf(binary) : null }];
  });
}

/** "bookworm" on Debian 12; undefined where the system has no such name. */
export function systemCodename() {
  try {
    return /^VERSION_CODENAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function findBinary(name) {
  const folders = [...(process.env.PATH ?? '').split(':').filter(Boolean), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasStream(nginx) {
  return streamSupport(nginx).builtIn || modulesOf(nginx) !== null;
}

/** The folder of ngx_stream_module.so; null when there is none, as in an nginx that has it built in. */
function modulesOf(nginx) {
  const { modules } = streamSupport(nginx);
  return modules && existsSync(join(modules, 'ngx_stream_module.so')) ? modules : null;
}
