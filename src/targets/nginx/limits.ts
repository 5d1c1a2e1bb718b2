import type { App, Cluster } from '../../cluster/cluster.ts';
import type { Path } from '../../diagnostics/diagnostic.ts';
import type { Limit } from '../target.ts';
import { type Version, versionText } from '../version.ts';
import { isTooLong } from './quote.ts';
import { type NginxFeatures, nginxFeatures } from './versions.ts';

/** What nginx, in a version, can't do for a cluster, or does otherwise. */
export const nginxLimits = (cluster: Cluster, version: Version): readonly Limit[] => {
  const features = nginxFeatures(version);
  return [
    ...tcpInclude(cluster),
    ...paths(cluster),
    ...cluster.apps.flatMap((app, _index) => [
      ...hostNames(app, cluster, features, version),
      ...alikeSockets(app),
      ...drainedSessions(app),
      ...slowStart(app),
    ]),
    ...tcpBackups(cluster),
  ];
};

const tcpInclude = ({ listen, nginx }: Cluster): readonly Limit[] =>
  nginx.layout === 'full'
    ? []
    : listen.flatMap(({ mode }, index) =>
        mode === 'tcp'
          ? [
              limit(
                'error',
                'nginx-tcp-in-include',
                ['listen', index, 'mode'],
                'nginx: a file for conf.d can have no TCP listener',
                'use nginx.layout: full',
              ),
            ]
          : [],
      );

const paths = ({ listen, apps, nginx, runtimeDir }: Cluster): readonly Limit[] => {
  const named: readonly (readonly [path: Path, file: string | undefined])[] = [
    ...listen.flatMap(({ tls }, index) => [
      [['listen', index, 'tls', 'certificate'], tls?.certificate] as const,
      [['listen', index, 'tls', 'key'], tls?.key] as const,
    ]),
    ...apps.map(({ id, maintenance }) => [['apps', id, 'maintenance', 'page'], maintenance?.page] as const),
    ...(nginx.modules ?? []).map((file, index) => [['nginx', 'modules', index], file] as const),
    [['runtimeDir'], `${runtimeDir}/nginx-client-body`], // the longest that is made of it
  ];
  const hint = 'rename the file, or link to it';
  return named.flatMap(([path, file = '']) => [
    ...(file.includes('$')
      ? [
          limit(
            'error',
            'nginx-dollar',
            path,
            'nginx: "$" in a path would be a variable, and can not be written otherwise',
            hint,
          ),
        ]
      : []),
    ...(isTooLong(file)
      ? [limit('error', 'nginx-long-path', path, 'nginx: this path is too long for a configuration', hint)]
      : []),
  ]);
};

const hostNames = (
  app: App,
  { resolvers }: Cluster,
  features: NginxFeatures,
  version: Version,
): readonly Limit[] =>
  app.nodes.flatMap(({ id, address, path }) => {
    if (address.kind !== 'name') return [];
    const at = path ?? ['apps', app.id];
    const resolved = features.resolve && resolvers.length > 0;
    return [
      ...(resolved
        ? []
        : [
            limit(
              'warning',
              'nginx-host-name',
              at,
              `nginx ${versionText(version)} can not start while DNS does not answer for node ${id} (${address.host})`,
              features.resolve
                ? 'say in `resolvers` which DNS servers to ask'
                : 'give its IP address, or use nginx 1.27.3 or later with `resolvers`',
            ),
          ]),
      ...(app.stickiness.method === 'cookie' && !features.sticky
        ? [
            limit(
              'warning',
              'nginx-host-name-cookie',
              at,
              `nginx ${versionText(version)} sets no cookie for node ${id}, since it is given by name: its clients stick by SockJS session alone`,
              'give its IP address, or use nginx 1.29.6 or later',
            ),
          ]
        : []),
    ];
  });

/** Keys of maps know no case, and the address tells which node answered. */
const alikeSockets = ({ id, nodes }: App): readonly Limit[] => {
  const sockets = nodes.flatMap(({ address, path }) =>
    address.kind === 'socket' ? [{ socket: address.path, path: path ?? ['apps', id, 'nodes'] }] : [],
  );
  const isAlike = (one: string, other: string): boolean =>
    one !== other && one.toLowerCase() === other.toLowerCase();
  return sockets.flatMap(({ socket, path }, index) =>
    sockets.slice(0, index).some((other) => isAlike(socket, other.socket))
      ? [
          limit(
            'error',
            'nginx-alike-sockets',
            path,
            `nginx: ${socket} and the socket of another node differ in case alone, which nginx does not see`,
            'rename one of them',
          ),
        ]
      : [],
  );
};

/** Open source nginx has no state by which a hashed upstream could know old sessions from new ones. */
const drainedSessions = (app: App): readonly Limit[] => {
  const { method } = app.stickiness;
  const cookie = method === 'cookie';
  if (method === 'none' || (cookie && app.transport === 'uws')) return [];
  return app.nodes.flatMap(({ id, state, path }) =>
    state === 'drain'
      ? [
          limit(
            cookie ? 'info' : 'warning',
            'nginx-drain-hashed',
            path ?? ['apps', app.id],
            `nginx: polling sessions ${cookie ? 'without a cookie ' : ''}on node ${id} move when it drains, since a hash brought them there; its open WebSockets stay`,
            cookie ? null : 'stickiness by cookie keeps them',
          ),
        ]
      : [],
  );
};

const slowStart = (app: App): readonly Limit[] =>
  app.health.slowStart === undefined
    ? []
    : [
        limit(
          'info',
          'nginx-slow-start',
          ['apps', app.id, 'health', 'slowStart'],
          'nginx: open source nginx has no slow start; a node that came back gets its full share at once',
          null,
        ),
      ];

const tcpBackups = ({ listen, apps }: Cluster): readonly Limit[] =>
  listen.flatMap(({ mode, app }, index) => {
    const target = mode === 'tcp' ? apps.find(({ id }) => id === app) : undefined;
    if (!target || target.stickiness.method === 'none' || !target.nodes.some(({ backup }) => backup))
      return [];
    return [
      limit(
        'warning',
        'nginx-tcp-backup',
        ['listen', index],
        'nginx: backup nodes get no connections of a TCP listener that sticks by address',
        null,
      ),
    ];
  });

const limit = (
  severity: Limit['severity'],
  code: string,
  path: Path,
  message: string,
  hint: string | null,
): Limit => ({
  severity,
  code,
  message,
  hint,
  path,
});
