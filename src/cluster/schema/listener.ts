import { z } from 'zod';
import { hintAlone } from './mistake.ts';
import { appId, duration, filePath, ipAddress, network, port } from './values.ts';

const tls = z.strictObject({
  certificate: filePath.describe('PEM file with the certificate and its chain, on the machine of the proxy.'),
  key: filePath
    .optional()
    .describe('PEM file with the private key. Without it, the key is in the file of the certificate.'),
  profile: z
    .enum(['modern', 'intermediate'])
    .default('intermediate')
    .describe("Mozilla's server-side TLS profile: `modern` is TLS 1.3 alone, `intermediate` also 1.2."),
  hsts: duration
    .optional()
    .describe('Tells browsers to use https alone for this long (Strict-Transport-Security).'),
  http2: z.boolean().default(true).describe('Offers HTTP/2. WebSockets work with and without it.'),
});

/** An address and port that the proxy listens on. */
export const listener = z.strictObject(
  {
    address: ipAddress.optional().describe('IP address to listen on. Default: every IPv4 address.'),
    port: port.describe('Port to listen on.'),
    mode: z
      .enum(['http', 'tcp'])
      .default('http')
      .describe(
        "`tcp` passes bytes through to one app's nodes, for clients that use nothing but WebSockets; it can't see cookies or session ids.",
      ),
    app: appId.optional().describe('With `mode: tcp`, the app whose nodes get the connections.'),
    tls: tls.optional().describe('Ends TLS here.'),
    redirect: z
      .literal('https')
      .optional()
      .describe('Answers http requests with a redirect to https instead of passing them on.'),
  },
  hintAlone('write its keys, as in { port: 80 }'),
);

/** What stands in front of this proxy. */
export const behind = z.strictObject({
  addresses: z
    .array(network, hintAlone('write a list, as in addresses: [10.0.0.0/16]'))
    .min(1)
    .describe('Networks that the balancer in front connects from. Only from there are its headers believed.'),
  protocol: z
    .enum(['x-forwarded-for', 'proxy-protocol'])
    .describe("How it tells the client's address: a header, or the PROXY protocol (version 1 or 2)."),
  hops: z
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe(
      'With x-forwarded-for: how many balancers stand in front, one behind another (a CDN before a load balancer: 2). All of them are in `addresses`.',
    ),
  scheme: z
    .enum(['http', 'https'])
    .optional()
    .describe(
      'With proxy-protocol: what clients speak to the balancer in front, where it ends TLS. Default: what arrives here.',
    ),
});
