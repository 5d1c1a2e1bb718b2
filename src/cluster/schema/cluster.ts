import { z } from 'zod';
import { app } from './app.ts';
import { describeShare } from './describe-values.ts';
import { behind, listener } from './listener.ts';
import { hintAlone, mistake } from './mistake.ts';
import { appId, clusterName, duration, filePath, plainText, userName, version } from './values.ts';

const watch = z.strictObject({
  settle: duration.prefault('200ms').describe('Quiet time after which a burst of changes is one change.'),
  ceiling: duration.prefault('2s').describe('No change waits longer than this for quiet.'),
  maxShrink: z
    .string({ error: ({ input }) => describeShare(input) })
    .regex(/^([0-9]|[1-9][0-9]|100)%$/, 'is not a share, as in 50%')
    .default('50%')
    .transform((text) => Number.parseInt(text, 10) / 100)
    .describe(
      'Of a list that loses a larger share of its ready nodes in one step, those that it lost stay, and it is reported.',
    ),
  oldWorkers: z
    .int()
    .min(1)
    .max(100)
    .default(4)
    .describe(
      'How many old workers may serve their sockets at a time; reloads wait rather than make more. nginx has one for each core, which count as one.',
    ),
  oldWorkerTime: duration
    .prefault('1h')
    .describe('How long an old worker keeps the sockets it has; then they are closed, a few at a time.'),
  trickle: duration.prefault('1m').describe('Over how long they are closed.'),
  hold: duration
    .prefault('1m')
    .describe(
      'A node that comes and goes three times within this time is held in `drain` until it has been quiet as long.',
    ),
  splay: duration
    .optional()
    .describe(
      'A reload for a change that a source other than a file or directory tells waits a random time up to this, so that several balancers on the same source do not reload at one moment. Default: none.',
    ),
  poll: duration
    .prefault('10s')
    .describe('How often files are looked at, beside what the system tells of their changes.'),
});

const output = filePath.describe('File that `apply` and `watch` write.');

const reload = z.array(plainText, hintAlone('write a list: the program, then each argument')).min(1);

const nginx = z.strictObject({
  version: version
    .optional()
    .describe('Version to write for, such as `"1.22"`. From 1.18. Default: `"1.22"`.'),
  layout: z
    .enum(['full', 'include'])
    .default('full')
    .describe("`full` is a complete nginx.conf; `include` is a file for nginx's conf.d folder."),
  user: userName.optional().describe('User of the worker processes. Default: the one nginx was built with.'),
  modules: z
    .array(filePath)
    .optional()
    .describe('Modules to load instead of those in /etc/nginx/modules-enabled (layout `full`).'),
  output: output.optional(),
  binary: filePath.optional().describe('The program. Default: `nginx` of the PATH, or in /usr/sbin.'),
  reload: reload
    .optional()
    .describe(
      'Program and arguments that reload nginx, such as `[sudo, -n, systemctl, reload, nginx]`. Default: a signal to its master process.',
    ),
  probe: z
    .boolean()
    .default(true)
    .describe(
      'Whether `watch` checks the nodes by `health` and takes the failing ones out: nginx has no active checks of its own.',
    ),
});

const haproxy = z.strictObject({
  version: version.optional().describe('Version to write for, such as `"2.6"`. From 2.4. Default: `"2.6"`.'),
  socket: filePath
    .optional()
    .describe('Runtime API socket. Default: /run/haproxy/admin.sock, or in `runtimeDir`.'),
  user: userName
    .optional()
    .describe('User and group of the process. Default: haproxy, or none with `runtimeDir`.'),
  output: output.optional(),
  binary: filePath.optional().describe('The program. Default: `haproxy` of the PATH, or in /usr/sbin.'),
  master: filePath
    .optional()
    .describe(
      'Socket of the master process, as given to it with `-S`. Default: /run/haproxy-master.sock, or in `runtimeDir`.',
    ),
  reload: reload
    .optional()
    .describe('Program and arguments that reload HAProxy. Default: `reload` on the master socket.'),
  probe: z
    .boolean()
    .default(false)
    .describe('Whether `watch` checks the nodes, too: HAProxy does it itself.'),
});

const dnsServer = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[0-9.]+):[0-9]{1,5}$/, 'is not an address and port, as in 127.0.0.1:53');

const SMALLEST = 'the least there can be is apps: { todos: { nodes: [10.0.0.11:3000] } }';

/** The cluster description as it is written. */
export const clusterSchema = z
  .strictObject(
    {
      $schema: z.string().optional().describe('JSON Schema for editors; it changes nothing.'),
      name: clusterName
        .prefault('meteor-lb')
        .describe('Name of the cluster; caches and zones are named after it.'),
      listen: z
        .array(listener, hintAlone('write a list, as in listen: [{ port: 80 }]'))
        .min(1)
        .max(64)
        .prefault([{ port: 80 }])
        .describe('Where the proxy listens.'),
      behind: behind.optional().describe('What stands in front of the proxy, if anything does.'),
      apps: z
        .record(appId, app, hintAlone(SMALLEST))
        .refine((apps) => Object.keys(apps).length > 0, mistake('is empty', SMALLEST))
        .describe('The Meteor applications, by name.'),
      resolvers: z
        .array(dnsServer, hintAlone('write a list, as in resolvers: [127.0.0.1:53]'))
        .min(1)
        .max(8)
        .optional()
        .describe('DNS servers that the proxy asks for nodes given by host name.'),
      runtimeDir: filePath
        .regex(/^[A-Za-z0-9_./@+-]+$/, 'has characters other than letters, digits and _ . / @ + -')
        .optional()
        .describe(
          'Folder for all that the proxy writes (pid, sockets, logs, temporary files, cache), so that it needs no root. It must exist.',
        ),
      stateDir: plainText
        .optional()
        .describe(
          'Folder for what `apply`, `watch` and `drain` must remember: what is published, what was refused, which nodes are drained. Relative to the description. Default: `.meteor-lb` beside it.',
        ),
      templates: plainText
        .optional()
        .describe(
          'Folder with Handlebars templates of your own, looked for before those of meteor-lb. Relative to the description.',
        ),
      watch: watch.prefault({}).describe('How `watch` follows changes.'),
      nginx: nginx.prefault({}).describe('Settings of the nginx target.'),
      haproxy: haproxy.prefault({}).describe('Settings of the HAProxy target.'),
    },
    hintAlone(SMALLEST),
  )
  .meta({ id: 'Cluster', title: 'meteor-lb cluster description' });

/** The description as it was read: defaults filled in, durations in milliseconds, sizes in bytes. */
export type Description = z.output<typeof clusterSchema>;
