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
          ? [finding('error', 'redirect-tcp', [...path, 'redirect'], 'a TCP listener can not redirect')]
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
                `apps: ${cluster.apps.map(({ id }) => id).join(', ')}`,
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
              '`app` is for listeners with `mode: tcp`; others choose by domain and path',
            ),
          ]),
      ...(redirect && tls
        ? [
            finding(
              'error',
              'redirect-tls',
              [...path, 'redirect'],
              'this listener has TLS: there is nothing to redirect',
            ),
          ]
        : []),
      ...(redirect && !tls && !endsTls(cluster)
        ? [
            finding(
              'error',
              'redirect-nowhere',
              [...path, 'redirect'],
              'no listener has TLS, and no balancer stands in front that could',
            ),
          ]
        : []),
    ];
  });

const endsTls = ({ listen, behind }: Cluster): boolean =>
  behind !== undefined || listen.some(({ tls, mode }) => mode === 'http' && tls !== undefined);

/** Two listeners for one address and port; the proxy would refuse to start, or let one of them win. */
export const duplicateListeners: Rule = ({ listen }) =>
  listen.flatMap(({ address, port }, index) =>
    listen.slice(0, index).some((other) => other.port === port && other.address === address)
      ? [
          finding(
            'error',
            'duplicate-listener',
            ['listen', index],
            `another listener has ${address ?? 'every address'}, port ${port}`,
          ),
        ]
      : [],
  );

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
