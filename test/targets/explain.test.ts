import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { loadTemplates } from '../../src/render/load-templates.ts';
import { renderCluster } from '../../src/render/render.ts';
import { blameLine, blameWords } from '../../src/targets/blame.ts';
import { explainHaproxy } from '../../src/targets/haproxy/explain.ts';
import { explainNginx } from '../../src/targets/nginx/explain.ts';
import { loadTarget } from '../../src/targets/registry.ts';
import type { Explanation } from '../../src/targets/target.ts';
import { clusterOf } from '../plan/planned.ts';
import { certificate } from '../support/certificate.ts';
import { freePorts } from '../support/free-port.ts';
import { type InstalledProxy, installedProxies } from '../support/proxies.ts';

const PROXIES = installedProxies();

interface Broken {
  readonly listen?: readonly object[];
  readonly apps?: object;
  /** Templates of the user's own, by name, made of those that there are. */
  readonly templates?: Readonly<Record<string, (shipped: string) => string>>;
  /** Starts the proxy instead of having it check. */
  readonly start?: boolean;
}

/** What a real proxy's own words on a configuration are explained by. */
const explained = async (proxy: InstalledProxy, folder: string, broken: Broken) => {
  const { listen = [{ port: (await freePorts(1))[0] }], apps = { todos: { nodes: ['127.0.0.1:3000'] } } } =
    broken;
  const own = process.getuid?.() === 0 ? { user: 'root' } : {};
  const cluster = clusterOf({ runtimeDir: folder, listen, apps, nginx: { modules: [], ...own } });
  const target = await loadTarget(proxy.proxy);
  const templates = new Map(await loadTemplates(target.templates, null, nodePlatform));
  for (const [name, change] of Object.entries(broken.templates ?? {})) {
    templates.set(name, change(templates.get(name) ?? ''));
  }
  const version = proxy.version.split('.').slice(0, 2).map(Number);
  const { text } = renderCluster(cluster, target, { source: 'cluster.yaml', version, templates });
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, text);
  const output = await run(proxy, folder, file, broken.start ?? false);
  return { output, explanations: target.explain({ output, text, cluster }) };
};

const run = async (proxy: InstalledProxy, folder: string, file: string, start: boolean): Promise<string> => {
  const args =
    proxy.proxy === 'nginx'
      ? ['-e', 'stderr', '-p', folder, '-c', file, ...(start ? ['-g', 'daemon off;'] : ['-t', '-q'])]
      : [...(start ? ['-db'] : ['-c']), '-f', file];
  const child = spawn(proxy.binary, args, { timeout: 15_000, killSignal: 'SIGKILL' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  await once(child, 'close');
  return output;
};

const paths = (explanations: readonly Explanation[]) => explanations.map(({ path }) => path);

const inFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-explain-'));
  mkdirSync(join(folder, 'cache'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const TWO_APPS = {
  blog: { domains: ['blog.example.com'], nodes: ['127.0.0.1:3001'] },
  todos: { domains: ['todos.example.com'], nodes: ['127.0.0.1:3002'] },
};

describe.each(PROXIES)('what $proxy $version says is led back to the description', (proxy) => {
  const isNginx = proxy.proxy === 'nginx';
  const [section, site] = isNginx ? ['upstream', 'server'] : ['backend', 'frontend'];

  test('a host that does not resolve', async () => {
    const nodes = ['127.0.0.1:3000', 'nowhere.invalid:3000'];
    const { explanations } = await explained(proxy, inFolder(), { apps: { todos: { nodes } } });
    // HAProxy starts without it.
    expect(paths(explanations)).toEqual(isNginx ? [['apps', 'todos', 'nodes', 1]] : []);
  });

  test('a certificate that is not there', async () => {
    const folder = inFolder();
    const [port] = await freePorts(1);
    const listen = [{ port: (port ?? 0) + 1 }, { port, tls: { certificate: join(folder, 'a.pem') } }];
    const { explanations } = await explained(proxy, folder, { listen });
    expect(paths(explanations)).toEqual([['listen', 1, 'tls', 'certificate']]);
  });

  test('a key that is not there', async () => {
    const folder = inFolder();
    const file = join(folder, 'a.pem');
    writeFileSync(file, certificate.replace(/-----BEGIN (\w+ )?PRIVATE[\s\S]*/, ''));
    const [port] = await freePorts(1);
    const listen = [{ port, tls: { certificate: file, key: `${file}.key` } }];
    const { explanations, output } = await explained(proxy, folder, { listen });
    expect(explanations, output).not.toEqual([]);
    for (const { path } of explanations) expect(path.slice(0, 3)).toEqual(['listen', 0, 'tls']);
  });

  test('a port that is taken, where another listener has the same port on another address', async () => {
    const [port] = await freePorts(1);
    const taken = createServer().listen(port, '127.0.0.3');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const listen = ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((address) => ({ address, port }));
    const { explanations, output } = await explained(proxy, inFolder(), { listen, start: true });
    expect(paths(explanations), output).toEqual([['listen', 1]]);
    expect(explanations[0]?.message).toContain('127.0.0.3');
  });

  test('a mistake in a template of the section of an app', async () => {
    const templates = {
      [section]: (text: string) => text.replace(/^(?=.*pad (id|address))/m, '    nonsense 1;\n'),
    };
    const { explanations, output } = await explained(proxy, inFolder(), { apps: TWO_APPS, templates });
    expect(explanations, output).not.toEqual([]);
    for (const { path } of explanations)
      expect([
        ['apps', 'blog'],
        ['apps', 'todos'],
      ]).toContainEqual(path);
    expect(explanations[0]?.message).toContain('nonsense');
    expect(explanations[0]?.path).toEqual(['apps', 'blog']);
  });

  test('a mistake in a template of a site is led to no app', async () => {
    const templates = { [site]: (text: string) => text.replace(/\n/, '\n    nonsense 1;\n') };
    const { explanations, output } = await explained(proxy, inFolder(), { apps: TWO_APPS, templates });
    expect(explanations, output).not.toEqual([]);
    for (const { path } of explanations) expect(path).toEqual([]);
  });
});

const cluster = (parts: object): Cluster =>
  clusterOf({ apps: { todos: { nodes: ['10.0.0.1:3000'] } }, ...parts });

describe('words of nginx', () => {
  const explain = (output: string, of: Cluster, text = '') =>
    explainNginx({ output, text, cluster: of }).map(({ message, path }) => [message, path]);
  const BIND = 'bind() to 127.0.0.1:80 failed (98: Address already in use)';

  test('each error is told once, without time, process and file, and what follows from it is not told', () => {
    const line = `2026/11/24 08:00:00 [emerg] 80#98: ${BIND}`;
    const output = `${line}\n${line}\n2026/11/24 08:00:02 [emerg] 80#98: still could not bind()\n2026/11/24 08:00:00 [notice] 1#1: signal process started\n2026/11/24 08:00:00 [warn] 1#1: conflicting server name\n`;
    const listen = [{ port: 98 }, { port: 2026 }, { port: 80 }];
    expect(explain(output, cluster({ listen }))).toEqual([[BIND, ['listen', 2]]]);
    expect(explain('nginx: [emerg] unexpected end of file in /tmp/a.conf:3\n', cluster({}))).toEqual([
      ['unexpected end of file', []],
    ]);
  });

  test('a port that a node has too is the listener', () => {
    const of = cluster({
      listen: [{ address: '127.0.0.1', port: 80 }],
      apps: { todos: { nodes: ['127.0.0.1:80'] } },
    });
    expect(explain(`[emerg] 1#1: ${BIND}`, of)).toEqual([[BIND, ['listen', 0]]]);
  });

  test('a node that was listed elsewhere is the inventory of its app', () => {
    const of = cluster({});
    const nodes = of.apps.flatMap(({ nodes }) => nodes.map((node) => ({ ...node, path: null })));
    const listed = { ...of, apps: of.apps.map((app) => ({ ...app, nodes })) };
    const text = 'http {\n    upstream todos {\n        server 10.0.0.1:3000;\n';
    expect(explain('[emerg] invalid parameter in /a.conf:3', listed, text)).toEqual([
      ['invalid parameter', ['apps', 'todos', 'inventory']],
    ]);
  });
});

describe('words of HAProxy', () => {
  const explain = (output: string, of: Cluster, text = '') =>
    explainHaproxy({ output, text, cluster: of }).map(({ message, path }) => [message, path]);

  test('the number of a line is no port', () => {
    const of = cluster({ listen: [{ port: 64 }, { port: 443 }] });
    expect(
      explain(
        '[ALERT]    (64) : Binding [/etc/haproxy/haproxy.cfg:64] for frontend https_443: protocol tcpv4: cannot bind socket (Address already in use) for [0.0.0.0:443].\n[ALERT]    (64) : [haproxy.main()] Some protocols failed to start their listeners! Exiting.\n',
        of,
      ),
    ).toEqual([
      [
        'binding for frontend https_443: protocol tcpv4: cannot bind socket (Address already in use) for [0.0.0.0:443].',
        ['listen', 1],
      ],
    ]);
    const parsing =
      "[ALERT]    (7) : config : parsing [/a.cfg:64] : 'bind :443' in section 'frontend' : unable to stat SSL certificate from file '/x.pem' : No such file or directory.";
    expect(explain(parsing, of)[0]?.[1]).toEqual(['listen', 1]);
  });
});

describe('no wrong place is blamed', () => {
  const of = cluster({
    listen: [{ port: 80 }, { port: 443, tls: { certificate: '/etc/a.pem', key: '/etc/a.pem.key' } }],
    apps: {
      node: {
        domains: ['node.example.com'],
        nodes: ['10.0.0.1:3000', 'web:3000', 'eu.web:3000', '[::1]:30', { socket: '/run/a.sock' }],
      },
      ssl: { domains: ['ssl.example.com'], nodes: ['listener.internal:443'] },
    },
  });
  const node = (index: number) => ['apps', 'node', 'nodes', index];

  test.each([
    ['host not found in upstream "web:3000"', node(1)],
    ['host not found in upstream "eu.web:3000"', node(2)],
    ['host not found in upstream "us.web:3000"', []],
    ['server 110.0.0.1:3000', []],
    ['server 10.0.0.1:30001', []],
    ['server 10.0.0.1:3000;', node(0)],
    ['server [::1]:30 check', node(3)],
    ['server [fe80::1]:30 check', []],
    ['server unix:/run/a.sock max_fails=1', node(4)],
    ['server unix:/run/a.sock.old', []],
    ['server unix:/srv/run/a.sock', []],
    ["from file '/etc/a.pem.key' : No such file", ['listen', 1, 'tls', 'key']],
    ["from file '/etc/a.pem' : No such file", ['listen', 1, 'tls', 'certificate']],
    ['can not read /etc/a.pem.', ['listen', 1, 'tls', 'certificate']],
    ['can not read /srv/etc/a.pem', []],
    ['bind() to 0.0.0.0:8080 failed (80: x)', []],
    ['bind() to 0.0.0.0:80 failed (443: x)', ['listen', 0]],
    ['bind() to 10.80.443.1:81 failed', []],
    ['a timeout of 80 s', []],
    ['host not found in upstream "listener.internal:443"', ['apps', 'ssl', 'nodes', 0]],
  ] as const)('%s', (words, path) => {
    expect(blameWords(words, of)).toEqual(path);
  });

  test.each([
    ['the section of an app', 'backend node\n    nonsense', ['apps', 'node']],
    ['a second section of an app', 'backend node.keyed\n    nonsense', ['apps', 'node']],
    ['a section with a longer name', 'backend nodes\n    nonsense', []],
    ['a section that is no app', 'backend node\n    balance x\nfrontend http_80\n    nonsense', []],
    [
      'a section of its own after a comment',
      'backend ssl\n    a\n\n# The node that answered\nfoo bar\n    nonsense',
      [],
    ],
    ['a listener whose words are names of apps', 'server {\n    listen 81 ssl;\n    nonsense', []],
    [
      'a site after an upstream',
      'http {\n    upstream node {\n        zone a;\n    }\n    server {\n        nonsense',
      [],
    ],
    [
      'an upstream in http',
      'http {\n    upstream node.keyed {\n        # x\n        nonsense',
      ['apps', 'node'],
    ],
    ['a text without any form', 'upstream node {\nnonsense', []],
  ] as const)('in %s', (_where, text, path) => {
    expect(blameLine(text, text.split('\n').length, of)).toEqual(path);
  });
});
