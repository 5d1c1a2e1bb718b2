import type { Cluster } from '../../cluster/cluster.ts';
import type { Path } from '../../diagnostics/diagnostic.ts';
import type { Limit } from '../target.ts';
import { type Version, versionText } from '../version.ts';
import { peersSocket } from './places.ts';
import { LONGEST_MS } from './time.ts';
import { haproxyFeatures } from './versions.ts';

/** HAProxy's own limit for `balance roundrobin` (its configuration manual). */
const MOST_IN_ROUND_ROBIN = 4095;

/** What HAProxy, in a version, can't do for a cluster, or does otherwise. */
export const haproxyLimits = (cluster: Cluster, version: Version): readonly Limit[] => [
  ...separateKeys(cluster, version),
  ...roundRobin(cluster),
  ...longTimes(cluster),
  ...sockets(cluster),
];

const separateKeys = ({ listen }: Cluster, version: Version): readonly Limit[] =>
  haproxyFeatures(version).certificateStore
    ? []
    : listen.flatMap(({ tls }, index) =>
        tls?.key === undefined || tls.key === tls.certificate || tls.key === `${tls.certificate}.key`
          ? []
          : [
              {
                severity: 'warning',
                code: 'haproxy-separate-key',
                path: ['listen', index, 'tls', 'key'],
                message: `haproxy ${versionText(version)} reads the key from ${tls.certificate}.key, and from nowhere else`,
                hint: 'link the key there, or put it in the file of the certificate; HAProxy 3.0 can take it from here',
              },
            ],
      );

const roundRobin = ({ apps }: Cluster): readonly Limit[] =>
  apps.flatMap(({ id, balance, nodes }) =>
    balance === 'round-robin' && nodes.length > MOST_IN_ROUND_ROBIN
      ? [
          {
            severity: 'error',
            code: 'haproxy-round-robin',
            path: ['apps', id, 'balance'],
            message: `haproxy: at most ${MOST_IN_ROUND_ROBIN} nodes can take turns, and ${id} has ${nodes.length}`,
            hint: 'use balance: least-connections or random',
          },
        ]
      : [],
  );

const longTimes = ({ apps }: Cluster): readonly Limit[] =>
  apps.flatMap(({ id, health, timeouts }) => {
    const { interval, timeout, slowStart = 0 } = health;
    const times = { health: { interval, timeout, slowStart }, timeouts };
    return Object.entries(times).flatMap(([group, settings]) =>
      Object.entries(settings).flatMap(([key, ms]) =>
        ms > LONGEST_MS
          ? [
              {
                severity: 'warning' as const,
                code: 'haproxy-longest-time',
                path: ['apps', id, group, key],
                message: 'haproxy counts at most 24 days, and takes this for 24 days',
                hint: null,
              },
            ]
          : [],
      ),
    );
  });

/** In a socket's path HAProxy reads "$" and ",", whatever the quotes; to the 107 bytes of the system it adds 10 of its own. */
const SOCKET = /^[A-Za-z0-9_./@+-]{1,97}$/;

const sockets = ({ haproxy, runtimeDir, apps }: Cluster): readonly Limit[] => {
  const own: readonly (readonly [Path, string])[] = [
    ...(haproxy.socket === undefined ? [] : [[['haproxy', 'socket'], haproxy.socket] as const]),
    // The longest that is made of it.
    ...(runtimeDir === null ? [] : [[['runtimeDir'], peersSocket(runtimeDir)] as const]),
  ];
  const nodes = apps.flatMap(({ id, nodes }) =>
    nodes.flatMap(({ address, path }) =>
      address.kind === 'socket' ? [[path ?? ['apps', id, 'nodes'], address.path] as const] : [],
    ),
  );
  return [...own, ...nodes].flatMap(([path, socket]) =>
    SOCKET.test(socket)
      ? []
      : [
          {
            severity: 'error',
            code: 'haproxy-socket-path',
            path,
            message: `haproxy: the path of a socket has at most 97 letters, digits and _ . / @ + -, not ${JSON.stringify(socket)}`,
            hint: null,
          },
        ],
  );
};
