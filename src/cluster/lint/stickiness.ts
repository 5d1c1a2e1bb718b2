import ipaddr from 'ipaddr.js';
import type { Cluster } from '../cluster.ts';
import { finding, type Rule } from './finding.ts';

/** SockJS spreads a session over requests, and each must reach the node that has it. */
export const noneWithSessions: Rule = ({ apps }) =>
  apps.flatMap((app) => {
    if (app.stickiness.method !== 'none' || (app.nodes.length < 2 && app.inventory.length === 0)) return [];
    const path = ['apps', app.id, 'stickiness'];
    return app.transport === 'sockjs'
      ? [
          finding(
            'warning',
            'none-with-sockjs',
            path,
            `app ${app.id} has no stickiness, but SockJS clients without WebSockets need it`,
            'use stickiness: cookie, or transport: uws where no client falls back to polling',
          ),
        ]
      : [
          finding(
            'info',
            'none-with-resumption',
            path,
            `app ${app.id} has no stickiness: right for WebSockets alone, but DDP session resumption (Meteor 3.5) finds its session on the same node only`,
          ),
        ];
  });

/** Where every client has one address, an address tells nothing. */
export const oneAddress: Rule = (cluster) =>
  cluster.apps.flatMap((app) =>
    app.stickiness.method === 'ip_hash' && allFromOneAddress(cluster)
      ? [
          finding(
            'warning',
            'ip-hash-one-address',
            ['apps', app.id, 'stickiness'],
            `the proxy listens on loopback alone and nothing says what stands in front: all clients of ${app.id} come from one address, and ip_hash sends them to one node`,
            "use stickiness: cookie, or say in `behind` how the client's address is told",
          ),
        ]
      : [],
  );

const allFromOneAddress = ({ listen, behind }: Cluster): boolean =>
  behind === undefined &&
  listen.every(({ address }) => address !== undefined && ipaddr.parse(address).range() === 'loopback');

/** Meteor's cookies over plain http, for a browser that keeps Secure ones over https alone. */
export const insecureCookie: Rule = ({ apps, listen, behind }) =>
  apps.flatMap((app) => {
    const { method, sameSite, secure } = app.stickiness;
    const isSecure = sameSite === 'none' || secure === true;
    const plain = listen.some(
      ({ mode, tls, redirect }) => mode === 'http' && tls === undefined && redirect === undefined,
    );
    if (method !== 'cookie' || !isSecure || !plain || behind !== undefined) return [];
    return [
      finding(
        'warning',
        'secure-cookie-over-http',
        ['apps', app.id, 'stickiness', secure === true ? 'secure' : 'sameSite'],
        `${secure === true ? 'the' : 'with sameSite: none the'} cookie of ${app.id} is for https alone, but a listener serves plain http: clients there keep no cookie`,
        'redirect that listener to https',
      ),
    ];
  });

/** Seconds between SockJS's heartbeats (Meteor's packages/ddp-server/stream_server.js sets 45) and between DDP's pings. */
const SOCKJS_HEARTBEAT_MS = 45_000;
const DDP_PING_MS = 15_000;

/** A timeout that ends what is only quiet. */
export const shortTimeouts: Rule = ({ apps }) =>
  apps.flatMap(({ id, transport, timeouts }) => {
    const path = (key: string) => ['apps', id, 'timeouts', key];
    const heartbeat = transport === 'sockjs' ? SOCKJS_HEARTBEAT_MS : DDP_PING_MS;
    const what =
      transport === 'sockjs' ? "SockJS's heartbeat comes every 45 s" : "DDP's ping comes every 15 s";
    return [
      ...(timeouts.websocket <= heartbeat
        ? [
            finding(
              'warning',
              'timeout-below-heartbeat',
              path('websocket'),
              `WebSockets of ${id} end after ${timeouts.websocket / 1000} s of silence, but ${what}`,
              'the default is 2m',
            ),
          ]
        : []),
      ...(transport === 'sockjs' && timeouts.response <= SOCKJS_HEARTBEAT_MS
        ? [
            finding(
              'warning',
              'timeout-below-heartbeat',
              path('response'),
              `requests of ${id} end after ${timeouts.response / 1000} s of silence, but a poll waits for ${what.replace(' comes', ', which comes')}`,
              'the default is 60s',
            ),
          ]
        : []),
    ];
  });
