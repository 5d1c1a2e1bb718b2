import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import type { Cluster } from '../cluster.ts';
import { type Finding, finding, type Rule } from './finding.ts';

/** What a listener says must go together. */
export const listenerForms: Rule = (cluster) =>
  cluster.listen.flatMap((listener, index): readonly Finding[] => {
    const path = ['listen', index];
    const { mode, app, redirect, tls } = listener;
    if (mode === 'tcp') {
      return [
        ...(redirect
          ? [
              finding(
                'error',
                'redirect-tcp',
                [...path, 'redirect'],
                'a TCP listener can not redirect',
                'leave `redirect` out',
              ),
            ]
          : []),
        ...(app === undefined
          ? [
              finding(
                'error',
                'tcp-without-app',
                path,
                'a TCP listener needs `app`: whose nodes get its connections',
              ),
            ]
          : []),
        ...(app !== undefined && !cluster.apps.some(({ id }) => id === app)
          ? [
              finding(
                'error',
                'unknown-app',
                [...path, 'app'],
                `there is no app ${app}`,
                appHint(app, cluster),
              ),
            ]
          : []),
        finding(
          'info',
          'tcp-hides-client',
          path,
          'over TCP Meteor sees the address of the proxy, not of the client',
        ),
      ];
    }
    return [
      ...(app === undefined
        ? []
        : [
            finding(
              'error',
              'app-without-tcp',
              [...path, 'app'],
              '`app` is for listeners with mode: tcp; others choose by domain and path',
              'leave `app` out, or add mode: tcp',
            ),
          ]),
      ...(redirect && tls
        ? [
            finding(
              'error',
              'redirect-tls',
              [...path, 'redirect'],
              'this listener has `tls`: there is nothing to redirect',
              '`redirect` belongs to the listener of port 80',
            ),
          ]
        : []),
      ...(redirect && !tls && !endsTls(cluster)
        ? [
            finding(
              'error',
              'redirect-nowhere',
              [...path, 'redirect'],
              'there is no https to redirect to: no listener has `tls`, and nothing stands in front (`behind`)',
              'add a listener with port: 443 and `tls`',
            ),
          ]
        : []),
    ];
  });

const endsTls = ({ listen, behind }: Cluster): boolean =>
  behind !== undefined || listen.some(({ tls, mode }) => mode === 'http' && tls !== undefined);

const appHint = (app: string, { apps }: Cluster): string => {
  const ids = apps.map(({ id }) => id);
  const meant = didYouMean(app, ids);
  return meant === null ? `apps: ${ids.join(', ')}` : `did you mean ${meant}?`;
};

/** Two listeners for one address and port; the proxy would refuse to start, or let one of them win. */
export const duplicateListeners: Rule = ({ listen }) =>
  listen.flatMap((listener, index) => {
    const { address, port } = listener;
    const isTaken = listen
      .slice(0, index)
      .some((other) => other.port === port && bound(other) === bound(listener));
    const where = address === undefined ? `port ${port} on every address` : `port ${port} on ${address}`;
    return isTaken
      ? [
          finding(
            'error',
            'duplicate-listener',
            ['listen', index],
            `another listener has ${where} already`,
            'keep one of them',
          ),
        ]
      : [];
  });

const bound = ({ address }: Cluster['listen'][number]): string => address ?? '0.0.0.0';

/** Whoever may connect could say to be anyone. */
export const trustsEveryone: Rule = ({ behind }) =>
  (behind?.addresses ?? []).flatMap((network, index) =>
    network.endsWith('/0')
      ? [
          finding(
            'warning',
            'trusts-everyone',
            ['behind', 'addresses', index],
            `${network} is everyone: any client can say what address it comes from`,
            'name the networks of the balancer in front',
          ),
        ]
      : [],
  );
