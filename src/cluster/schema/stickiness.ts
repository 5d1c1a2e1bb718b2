import { z } from 'zod';
import { mistake } from './mistake.ts';
import { cookieName, duration, plainText } from './values.ts';

/** Ways to bring a client back to its node. */
const stickinessMethod = z.enum(['cookie', 'sockjs', 'ip_hash', 'none']);

const full = z.strictObject({
  method: stickinessMethod
    .default('cookie')
    .describe(
      "`cookie`: a cookie of ours; without one the SockJS session id in the URL, and for a raw WebSocket the client's address. `sockjs`: the session id, else the address. `ip_hash`: the address. `none`: no stickiness.",
    ),
  cookie: cookieName.optional().describe('Name of the cookie. Default: `mlb_<app>`, with "_" for "-".'),
  sameSite: z
    .enum(['lax', 'strict', 'none'])
    .default('lax')
    .describe(
      "The cookie's SameSite; `none` for Cordova and other cross-site clients (it makes the cookie Secure).",
    ),
  secure: z
    .boolean()
    .optional()
    .describe('Whether the cookie is for https alone. Default: yes where every client comes by https.'),
  ttl: duration
    .optional()
    .describe('How long a browser keeps the cookie (Max-Age). Default: until it is closed.'),
  keyFile: plainText
    .optional()
    .describe(
      'File with a secret that the cookie values are made with, read by meteor-lb itself, relative to the description. Without it, whoever sees a cookie can find out the address of its node by trying. The same file on every balancer.',
    ),
});

/** How the clients of an app are kept on their nodes: a method, or a method with its settings. */
export const stickiness = z.union([stickinessMethod, full], {
  error: ({ input }) =>
    typeof input === 'string' || (typeof input === 'object' && !Array.isArray(input))
      ? undefined
      : mistake(
          'is not a method',
          `one of ${stickinessMethod.options.join(', ')}; or keys such as method and ttl`,
        ),
});
