import { z } from 'zod';
import { hintAlone, mistake } from './mistake.ts';
import { nodeEntry } from './node.ts';
import { source } from './source.ts';
import { stickiness } from './stickiness.ts';
import { domain, duration, filePath, headerName, requestPath, size, urlPath } from './values.ts';

const health = z.strictObject({
  path: requestPath
    .optional()
    .describe('What is asked for. Default: `<path>/sockjs/info`, and `<path>/` with `transport: uws`.'),
  interval: duration.prefault('2s').describe('Time between two checks of a node.'),
  timeout: duration.prefault('2s').describe('How long a check may take.'),
  fall: z
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe('Failures in a row after which a node gets no more requests.'),
  rise: z.int().min(1).max(100).default(2).describe('Successes in a row after which it gets them again.'),
  slowStart: duration
    .optional()
    .describe('How long a node that came back takes to get its full share. HAProxy alone.'),
});

const timeouts = z.strictObject({
  connect: duration.prefault('5s').describe('To connect to a node.'),
  response: duration.prefault('60s').describe('For a node to answer, and between two parts of an answer.'),
  websocket: duration
    .prefault('2m')
    .describe(
      'Silence after which a WebSocket is closed. DDP pings every 15 seconds, SockJS beats every 45.',
    ),
});

const limits = z.strictObject({
  body: size.prefault('20MB').describe('Largest request body; more is answered with 413.'),
  connectionsPerNode: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Connections that a node gets at the same time.'),
});

const assets = z.strictObject({
  cache: z
    .boolean()
    .default(false)
    .describe("Keeps Meteor's hashed bundles (`/<sha1>.js`, `.css`) in the proxy; never a miss."),
});

const maintenance = z.strictObject({
  page: filePath.describe('HTML file that is shown with status 503 while no node answers; never to SockJS.'),
});

const nodesHint = hintAlone(
  'write a list, as in nodes: [10.0.0.11:3000]; each node of a longer one starts with "- "',
);

/** One Meteor application. */
export const app = z
  .strictObject({
    domains: z
      .array(domain, hintAlone('write a list, as in domains: [todos.example.com]'))
      .min(1)
      .optional()
      .describe('Domains it answers to. Default: every name that no other app has.'),
    path: urlPath.prefault('/').describe('Path of its ROOT_URL. Other apps of the domain have other paths.'),
    transport: z
      .enum(['sockjs', 'uws'])
      .default('sockjs')
      .describe(
        "Meteor's DDP transport: `sockjs`, or `uws` of Meteor 3.5 and later, which is WebSocket alone.",
      ),
    stickiness: stickiness.prefault('cookie').describe('How a client is brought back to its node.'),
    balance: z
      .enum(['least-connections', 'round-robin', 'random'])
      .default('least-connections')
      .describe('Which node a client gets that has none yet.'),
    health: health.prefault({}).describe('Health checks: active in HAProxy, by failed requests in nginx.'),
    timeouts: timeouts.prefault({}).describe('How long things may take.'),
    limits: limits.prefault({}).describe('How much things may be.'),
    assets: assets
      .optional()
      .describe(
        "Treats Meteor's hashed bundles apart: a miss during a rolling deploy is tried on another node.",
      ),
    maintenance: maintenance.optional().describe('What browsers see while no node answers.'),
    nodeHeader: headerName
      .optional()
      .describe('Response header that names the node, such as `X-Node`. Default: none.'),
    nodes: z.array(nodeEntry, nodesHint).max(20_000).default([]).describe('The Meteor processes.'),
    inventory: z
      .array(source, hintAlone('write a list: each source starts with "- "'))
      .min(1)
      .max(100)
      .optional()
      .describe('Places where more nodes are listed. All are merged with `nodes`.'),
  })
  .superRefine((value, ctx) => {
    if (value.nodes.length > 0 || value.inventory !== undefined) return;
    ctx.addIssue({
      code: 'custom',
      message: mistake(
        'has neither nodes nor an inventory',
        'list its processes, as in nodes: [10.0.0.11:3000]',
      ),
      params: { needs: ['nodes', 'inventory'] },
    });
  });
