import type { Written } from './written.ts';

const LONG = 'long.'.repeat(18).slice(0, -1);

/**
 * A valid description with every text field there is, each with a text that is nowhere else. Two names of each kind are so
 * long that nginx needs the sizes of its hashes written, whatever one of them is replaced with.
 */
export const fullDescription = (protocol: 'x-forwarded-for' | 'proxy-protocol'): Written => ({
  $schema: './harmless.schema.json',
  name: 'harmless-name',
  listen: [
    { address: '10.9.8.7', port: 80, mode: 'http', redirect: 'https' },
    {
      port: 443,
      tls: {
        certificate: '/etc/ssl/harmless-certificate.pem',
        key: '/etc/ssl/harmless-key.key',
        profile: 'modern',
        hsts: '179d',
        http2: true,
      },
    },
    { port: 8080, mode: 'tcp', app: 'harmless-tcp' },
  ],
  behind: { addresses: ['10.77.0.0/16'], protocol, hops: 2, scheme: 'https' },
  apps: {
    'harmless-app': {
      domains: ['harmless-domain.example.com', `${LONG}.example.com`, `${LONG}.example.org`],
      path: '/harmless-path',
      transport: 'sockjs',
      stickiness: {
        method: 'cookie',
        cookie: 'harmless_cookie',
        sameSite: 'strict',
        secure: true,
        ttl: '13d',
        keyFile: 'harmless-key-file',
      },
      balance: 'random',
      health: {
        path: '/harmless-health',
        interval: '7s',
        timeout: '8s',
        fall: 3,
        rise: 4,
        slowStart: '9s',
      },
      timeouts: { connect: '11s', response: '61s', websocket: '121s' },
      limits: { body: '17MB', connectionsPerNode: 2000 },
      assets: { cache: true },
      maintenance: { page: '/srv/harmless-folder/harmless-page.html' },
      nodeHeader: 'X-Harmless-Header',
      nodes: [
        '10.1.1.1:3001',
        'harmless-host-and-port.example:3002',
        { id: 'harmless-id', host: 'harmless-host.example', port: 3003, state: 'drain' },
        { host: '10.1.1.2', ports: '3004-3005' },
        { socket: '/run/harmless-socket.sock' },
        { id: `${LONG}-1`, host: '10.1.1.3', port: 3006 },
        { id: `${LONG}-2`, host: '10.1.1.4', port: 3006 },
      ],
      inventory: [
        { file: 'harmless-file' },
        { directory: 'harmless-directory', stale: '34s' },
        { dns: 'harmless-dns', port: 3000, resolver: '127.0.0.53:5353', interval: '31s' },
        {
          etcd: {
            endpoints: ['http://harmless-etcd:2379'],
            prefix: '/harmless-prefix',
            user: 'harmless-etcd-user',
            passwordFile: 'harmless-password-file',
            ca: 'harmless-ca',
            cert: 'harmless-of-etcd.crt',
            key: 'harmless-of-etcd.pem',
          },
          interval: '37s',
        },
        {
          http: 'https://harmless-http/nodes',
          tokenFile: 'harmless-token-file',
          ca: 'harmless-http-authority',
          cert: 'harmless-of-http.crt',
          key: 'harmless-of-http.pem',
          timeout: '36s',
          interval: '32s',
        },
        { command: ['harmless-program', 'harmless-argument'], timeout: '35s', interval: '33s' },
      ],
    },
    'harmless-tcp': { stickiness: 'sockjs', nodes: ['10.1.2.1:3000', '10.1.2.2:3000'] },
    'harmless-empty': {
      domains: ['*.harmless-wildcard.example'],
      stickiness: 'none',
      inventory: [
        { file: 'harmless-other-file' },
        { http: 'https://harmless-second/nodes', tokenEnv: 'HARMLESS_TOKEN' },
        {
          http: 'https://harmless-basic/nodes',
          user: 'harmless-web-user',
          passwordFile: 'harmless-web-password-file',
        },
        {
          http: 'https://harmless-variable/nodes',
          user: 'harmless-fourth-user',
          passwordEnv: 'HARMLESS_WEB_SECRET',
        },
        {
          etcd: {
            endpoints: ['http://harmless-third:2379'],
            prefix: '/harmless-second-prefix',
            user: 'harmless-second-user',
            passwordEnv: 'HARMLESS_PASSWORD',
          },
        },
      ],
    },
  },
  resolvers: ['10.66.0.1:53'],
  runtimeDir: '/run/harmless-runtime',
  stateDir: 'harmless-state',
  templates: 'harmless-templates',
  watch: {
    settle: '201ms',
    ceiling: '2001ms',
    maxShrink: '49%',
    oldWorkers: 5,
    oldWorkerTime: '61m',
    trickle: '62s',
    splay: '67s',
    hold: '63s',
    poll: '11s',
  },
  nginx: {
    version: '1.22',
    layout: 'full',
    user: 'harmless-nginx-user',
    modules: ['/usr/lib/harmless-module.so'],
    output: '/etc/harmless-nginx-output',
    binary: '/usr/sbin/harmless-nginx',
    reload: ['harmless-nginx-reload'],
  },
  haproxy: {
    version: '2.6',
    socket: '/run/harmless-admin.sock',
    user: 'harmless-haproxy-user',
    output: '/etc/harmless-haproxy-output',
    binary: '/usr/sbin/harmless-haproxy',
    master: '/run/harmless-master.sock',
    reload: ['harmless-haproxy-reload'],
  },
});
