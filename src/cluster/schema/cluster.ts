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
    .describe('A larger drop of the nodes in one step is refused and reported.'),
  oldWorkers: z
    .int()
    .min(1)
    .max(100)
    .default(4)
    .describe('Reloads wait while more old workers than this still serve sockets.'),
});

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
});

const haproxy = z.strictObject({
  version: version.optional().describe('Version to write for, such as `"2.6"`. From 2.4. Default: `"2.6"`.'),
  socket: filePath
    .optional()
    .describe('Runtime API socket. Default: /run/haproxy/admin.sock, or in `runtimeDir`.'),
  user: userName
    .optional()
    .describe('User and group of the process. Default: haproxy, or none with `runtimeDir`.'),
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
