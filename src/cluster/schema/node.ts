import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { describeNodeForm, describeNodeText } from './describe-values.ts';
import { mistake } from './mistake.ts';
import { host, nodeId, port, socketPath } from './values.ts';

/** What a node may be given as a text: `10.0.0.11:3000`, `[2001:db8::1]:3000`, `app1.internal:3000`. */
const hostAndPort = z
  .string()
  .regex(/^(\[[^\]]*\]|[^:]*):[0-9]{1,5}$/, { error: ({ input }) => describeNodeText(input) })
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
  })
  .pipe(z.object({ host, port }));

const portRange = z
  .string()
  .regex(/^[0-9]{1,5}-[0-9]{1,5}$/, 'is not a range of ports, as in 3000-3003')
  .transform((text) => {
    const [first = 0, last = 0] = text.split('-').map(Number);
    return { first, last };
  })
  .refine(({ first, last }) => first >= 1 && last <= 65_535, 'has a port outside 1-65535')
  .refine(({ first, last }) => first <= last, 'ends before it starts')
  .refine(({ first, last }) => last - first < 256, 'has more than 256 ports')
  .transform(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));

/** States of a node. */
export const nodeState = z.enum(['ready', 'drain', 'down']);

const nodeObject = z
  .strictObject({
    id: nodeId
      .optional()
      .describe(
        'Stable name of the node, the name it has in the proxy. Default: `<app>-<host>-<port>`. With several ports, each node is `<id>-<port>`.',
      ),
    host: host.optional().describe('IP address or host name that the proxy connects to.'),
    port: port.optional().describe('TCP port that the Meteor process listens on (its PORT).'),
    ports: z
      .union([portRange, z.array(port).min(1).max(256)], {
        error: ({ input }) =>
          typeof input === 'number'
            ? mistake('is one port', 'for one port there is `port`; `ports` are 3000-3003 or a list')
            : undefined,
      })
      .optional()
      .describe('Several processes on one host, one node each: `3000-3003`, or a list.'),
    socket: socketPath
      .optional()
      .describe("Unix socket instead of host and port (Meteor's UNIX_SOCKET_PATH)."),
    weight: z
      .int()
      .min(1, mistake('is less than 1', 'to take a node out, use state: drain or state: down'))
      .max(
        16,
        mistake('is more than 16', 'weights count against each other: 1 and 2 say the same as 10 and 20'),
      )
      .default(1)
      .describe(
        'Share of new sessions, against the other nodes of the app. To take a node out, use `state`.',
      ),
    state: nodeState
      .default('ready')
      .describe(
        '`ready` takes sessions; `drain` keeps the sessions it has and takes no new ones; `down` gets nothing.',
      ),
    backup: z.boolean().default(false).describe('Gets sessions only while no other node of the app can.'),
  })
  .superRefine((node, ctx) => {
    const tcp = node.host !== undefined || node.port !== undefined || node.ports !== undefined;
    if (node.socket !== undefined && tcp) {
      const message = mistake('stands beside host or port', 'a node has a socket, or a host and a port');
      ctx.addIssue({ code: 'custom', message, path: ['socket'] });
    }
    if (node.socket !== undefined) return;
    if (node.host === undefined) {
      ctx.addIssue({
        code: 'custom',
        message: 'has neither host nor socket',
        params: { needs: ['host', 'socket'] },
      });
    } else if (node.port === undefined && node.ports === undefined) {
      ctx.addIssue({ code: 'custom', message: 'has no port', params: { needs: ['port', 'ports'] } });
    } else if (node.port !== undefined && node.ports !== undefined) {
      const message = mistake('stands beside port', 'keep one of them');
      ctx.addIssue({ code: 'custom', message, path: ['ports'] });
    }
  });

/** One entry under `nodes`: one node, or one per port. */
export const nodeEntry = z.union([hostAndPort, nodeObject], {
  error: ({ input }) => describeNodeForm(input),
});
export type NodeEntry = z.output<typeof nodeEntry>;

/** A node of an inventory: as one under `nodes`, and besides where it was listed. */
export const listedEntry = z.union(
  [
    hostAndPort,
    nodeObject.safeExtend({
      source: z
        .string()
        .optional()
        .describe('Where it was listed, as `etcd /todos/`. For people alone: nothing depends on it.'),
    }),
  ],
  { error: ({ input }) => describeNodeForm(input) },
);
export type ListedEntry = z.output<typeof listedEntry>;

/** A node that stands alone in a file or key, where it may have listed itself: as one under `nodes`, and besides whose it is. */
export const ownEntry = z.union(
  [
    hostAndPort,
    nodeObject.safeExtend({
      owner: z
        .string()
        .optional()
        .describe(
          'Who keeps it listed; `join` writes it, and takes away nothing of another. The node is the same with any.',
        ),
    }),
  ],
  { error: ({ input }) => describeNodeForm(input) },
);

/** Whether a host is an IP address rather than a name. */
export const isIp = (text: string): boolean => ipaddr.isValid(text);
