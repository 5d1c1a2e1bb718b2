import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import {
  CONTROL_CHARACTER,
  describeDomain,
  describeDuration,
  describeSize,
  describeVersion,
} from './describe-values.ts';
import { mistake } from './mistake.ts';

/** Text without control characters: nothing a person writes may end a line of a configuration. */
export const plainText = z
  .string()
  .min(1)
  .regex(/^\P{Cc}*$/u, CONTROL_CHARACTER);

const SHORT_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,23}$/;
const SHORT_NAME_FORM = 'a letter, then up to 23 letters, digits, "_" or "-"';

/** Name of an app. Short, since nginx variables are named after it. */
export const appId = z.string().regex(SHORT_NAME, {
  error: ({ input }) => {
    const message = `is not an app name: ${SHORT_NAME_FORM}`;
    return String(input).includes('.') ? mistake(message, 'domains have their own key, `domains`') : message;
  },
});

/** Name of the cluster. */
export const clusterName = z.string().regex(SHORT_NAME, `is not a name: ${SHORT_NAME_FORM}`);

/** Name of a user of the system. */
export const userName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/, 'is not the name of a user of the system');

/** Name of a node: it becomes a server's name in HAProxy and a part of a pool's name in nginx. */
export const nodeId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/,
    'is not a node id: a letter or digit, then up to 99 letters, digits, "_", "." or "-"',
  );

/** A number of a port. */
export const port = z.int().min(1).max(65_535);

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type TimeUnit = keyof typeof MS;

/** A span of time as `200ms`, `15s`, `2m`, `1h` or `180d`, more than 0 and at most 3650 days; read as milliseconds. */
export const duration = z
  .string({ error: ({ input }) => describeDuration(input) })
  .regex(/^[1-9][0-9]{0,8}(ms|s|m|h|d)$/, { error: ({ input }) => describeDuration(input) })
  .transform((text) => Number.parseInt(text, 10) * MS[/[a-z]+$/.exec(text)?.[0] as TimeUnit])
  .refine((ms) => ms <= 3650 * MS.d, 'is longer than ten years');

const BYTES = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;
type SizeUnit = keyof typeof BYTES;

/** A size as `512KB`, `20MB` or `1GB` (1 KB is 1024 bytes); read as bytes. */
export const size = z
  .string({ error: ({ input }) => describeSize(input) })
  .regex(/^[1-9][0-9]{0,6}(B|KB|MB|GB)$/, { error: ({ input }) => describeSize(input) })
  .transform((text) => Number.parseInt(text, 10) * BYTES[/[A-Z]+$/.exec(text)?.[0] as SizeUnit]);

const LABEL = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOST_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`);

/** A domain that browsers ask for; `*.example.com` covers one level and more below. Read in lower case. */
export const domain = z
  .string()
  .max(253)
  .regex(new RegExp(`^(\\*\\.)?${LABEL}(\\.${LABEL})*$`), { error: ({ input }) => describeDomain(input) })
  .transform((text) => text.toLowerCase());

/** An IP address or a host name; read in lower case, IPv6 in its short form without brackets. */
export const host = z
  .string()
  .max(253)
  .transform(unbracketed)
  .refine(
    (text) => (ipaddr.isValid(text) ? isWholeAddress(text) : HOST_NAME.test(text) && !/^[0-9.]+$/.test(text)),
    'is neither an IP address nor a host name',
  )
  .transform(canonicalHost);

/** An IP address to listen on; read as `host` reads it. */
export const ipAddress = z
  .string()
  .transform(unbracketed)
  .refine(
    (text) => ipaddr.isValid(text) && isWholeAddress(text),
    mistake('is not an IP address', 'such as 127.0.0.1, or 0.0.0.0 for every address'),
  )
  .transform(canonicalHost);

/** A network as `10.0.0.0/8`, `2001:db8::/32`, or one address; read with its host bits cleared. */
export const network = z
  .string()
  .refine(isNetwork, 'is not a network: an IP address, "/" and the number of bits, as in 10.0.0.0/8')
  .transform(canonicalNetwork);

/** An absolute path of a file or folder on the proxy's machine. */
export const filePath = plainText.max(4096).regex(/^\//, 'is not an absolute path: it starts with "/"');

/** A URL of a server that is asked for nodes, without a user or a password, for which `instead` names the keys. */
export const plainUrl = (instead: string) =>
  z
    .url({ protocol: /^https?$/, error: 'is not a URL: it starts with http:// or https://' })
    .refine(
      (text) => !/^[a-z]+:\/\/[^/?#]*@/i.test(text),
      mistake('has a user or a password in it', instead),
    );

/** A path of a Unix socket; the system allows 107 bytes. */
export const socketPath = z
  .string()
  .max(107)
  .regex(/^\/[A-Za-z0-9_./@+-]+$/, 'is not a socket path: absolute, of letters, digits and _ . / @ + -');

/** A path in a URL, from "/"; read without a "/" at the end. */
export const urlPath = z
  .string()
  .max(1024)
  .regex(/^\/[A-Za-z0-9._~/-]*$/, 'is not a path: "/", then letters, digits and . _ ~ / -')
  .refine(
    (text) => !text.includes('//') && !/\/\.{1,2}(\/|$)/.test(text),
    'has an empty, "." or ".." segment',
  )
  .transform((text) => text.replace(/(?<=.)\/$/, ''));

/** A path and query that a health check asks for. */
export const requestPath = z
  .string()
  .max(2048)
  .regex(
    /^\/[A-Za-z0-9._~!&'()*+,;=:@/?%-]*$/,
    'is not a path to ask for: it starts with "/" and has no space',
  );

/** A name of a header. */
export const headerName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'is not a header name: letters, digits and "-"');

/** A name of a cookie; nginx has a variable of that name, so letters, digits and "_" alone. */
export const cookieName = z
  .string()
  .regex(/^[A-Za-z0-9_]{1,32}$/, 'is not a cookie name here: up to 32 letters, digits or "_"');

/** A version of a proxy as text, `"1.22"` or `"1.22.1"`; read as numbers. */
export const version = z
  .string({ error: ({ input }) => describeVersion(input) })
  .regex(/^[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?$/, 'is not a version: two or three numbers, as in "1.22"')
  .transform((text) => text.split('.').map(Number));

/** IPv6 may stand in brackets; nothing else may. */
function unbracketed(text: string): string {
  return /^\[.*:.*\]$/.test(text) ? text.slice(1, -1) : text;
}

/** Refuses what ipaddr.js takes besides: `127.1`, octal and hexadecimal parts, a zone. */
function isWholeAddress(text: string): boolean {
  return ipaddr.IPv6.isValid(text) ? !text.includes('%') : ipaddr.IPv4.isValidFourPartDecimal(text);
}

function canonicalHost(text: string): string {
  return ipaddr.isValid(text) ? ipaddr.parse(text).toString() : text.toLowerCase();
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (rest.length > 0 || !ipaddr.isValid(address) || !isWholeAddress(address)) return false;
  const most = ipaddr.parse(address).kind() === 'ipv6' ? 128 : 32;
  return bits === undefined || (/^(0|[1-9][0-9]{0,2})$/.test(bits) && Number(bits) <= most);
}

function canonicalNetwork(text: string): string {
  const [address = '', bits] = text.split('/');
  if (bits === undefined) return canonicalHost(address);
  const kind = ipaddr.parse(address).kind();
  const base =
    kind === 'ipv6' ? ipaddr.IPv6.networkAddressFromCIDR(text) : ipaddr.IPv4.networkAddressFromCIDR(text);
  return `${base.toString()}/${bits}`;
}
