import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Verdict } from './check-config.ts';
import type { InstalledProxy } from './proxies.ts';

/** What is on the machine that a configuration is for. */
export interface Machine {
  /** Texts of files by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly folders: readonly string[];
  /** Paths at which nginx's stream module is. */
  readonly streamModules: readonly string[];
  /** Users with a group of the same name. */
  readonly users: readonly string[];
  /** Host names that are known. */
  readonly hosts: readonly string[];
}

/** Nothing is there but what the proxies' packages bring along. */
export const EMPTY_MACHINE: Machine = {
  files: new Map(),
  folders: [],
  streamModules: [],
  users: [],
  hosts: [],
};

/** A real proxy that judges one configuration after another. */
export interface Judge {
  /** For each call the machine is made anew. One call at a time. */
  judge(text: string, machine: Machine): Promise<Verdict>;
  close(): Promise<void>;
}

/** Folders of the machine; a configuration may name files in them and in no others. */
const ROOTS = ['/etc/nginx', '/etc/ssl', '/run', '/srv', '/var'];

/** What the packages of the proxies bring along. */
const PACKAGED = ['/run/haproxy', '/var/cache', '/var/lib/nginx', '/var/log/nginx'];

/**
 * Starts a judge. The text is checked as it stands: the proxy runs where there is no network and where the folders above
 * and the lists of users and hosts are ones of its own.
 */
export const startJudge = async (proxy: InstalledProxy): Promise<Judge> => {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-judge-'));
  for (const root of ROOTS) mkdirSync(inside(folder, root), { recursive: true });
  for (const list of ['passwd', 'group', 'hosts']) writeFileSync(inside(folder, `/etc/${list}`), '');
  const shell = spawn(
    'unshare',
    [
      process.getuid?.() === 0 ? '-nm' : '-rnm',
      ...['--propagation', 'private', 'sh', '-c', SCRIPT, 'sh', folder, join(folder, 'config')],
      ...[proxy.binary, ...(proxy.proxy === 'nginx' ? ['-t', '-q', '-e', 'stderr', '-p', folder] : ['-c'])],
      proxy.proxy === 'nginx' ? '-c' : '-f',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const answers = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  return {
    judge: async (text, machine) => {
      build(folder, machine, proxy);
      writeFileSync(join(folder, 'config'), proxy.proxy === 'nginx' ? whole(text, folder) : text);
      shell.stdin.write('\n');
      const { value, done } = await answers.next();
      if (done) throw new Error('the judge has ended');
      const complaints = readFileSync(join(folder, 'output'), 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '' && !NO_COMPLAINT.test(line));
      return { status: Number(value), complaints };
    },
    close: () => close(shell, folder),
  };
};

/** For each line on its input: runs the command and prints the exit code. nginx binds its addresses even for a check. */
const SCRIPT = `
set -e
folder=$1 config=$2
shift 2
for name in ${ROOTS.join(' ')} /etc/passwd /etc/group /etc/hosts; do
  mount --bind "$folder/root$name" "$name"
done
echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind
echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
while read -r _; do
  code=0
  "$@" "$config" >"$folder/output" 2>&1 </dev/null || code=$?
  echo "$code"
done
`;

/** HAProxy 2.6 says that a file is valid; without a network no DNS server is reached. */
const NO_COMPLAINT =
  /Configuration file is valid|\[NOTICE\]|can't connect socket for nameserver|^Warnings were found/;

const inside = (folder: string, path: string): string => join(folder, 'root', path);

const build = (folder: string, machine: Machine, { modules }: InstalledProxy): void => {
  for (const root of ROOTS) {
    for (const name of readdirSync(inside(folder, root))) {
      rmSync(join(inside(folder, root), name), { recursive: true });
    }
  }
  const path = (name: string): string => {
    mkdirSync(dirname(inside(folder, name)), { recursive: true });
    return inside(folder, name);
  };
  const users = ['root', 'www-data', 'haproxy', ...machine.users];
  writeFileSync(path('/etc/passwd'), users.map((user) => `${user}:x:0:0::/:/bin/false\n`).join(''));
  writeFileSync(path('/etc/group'), users.map((user) => `${user}:x:0:\n`).join(''));
  writeFileSync(path('/etc/hosts'), machine.hosts.map((host) => `127.0.0.1 ${host}\n`).join(''));
  for (const name of [...PACKAGED, ...machine.folders]) mkdirSync(inside(folder, name), { recursive: true });
  for (const [name, text] of machine.files) writeFileSync(path(name), text);
  if (modules === null) return;
  const module = join(modules, 'ngx_stream_module.so');
  writeFileSync(path('/etc/nginx/modules-enabled/stream.conf'), `load_module ${module};\n`);
  for (const name of machine.streamModules) symlinkSync(module, path(name));
};

/** A file for conf.d is judged as nginx.conf includes it. */
const whole = (text: string, folder: string): string => {
  if (/^events /m.test(text)) return text;
  writeFileSync(join(folder, 'included.conf'), text);
  return 'events {}\nhttp {\n    include included.conf;\n}\n';
};

const close = async (shell: ChildProcessByStdio<Writable, Readable, null>, folder: string): Promise<void> => {
  const ended = once(shell, 'exit');
  shell.stdin.end();
  await ended;
  rmSync(folder, { recursive: true, force: true });
};
