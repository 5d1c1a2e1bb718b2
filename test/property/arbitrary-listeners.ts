import fc, { type Arbitrary } from 'fast-check';
import ipaddr from 'ipaddr.js';
import * as text from './arbitrary-values.ts';
import { type Json, type Written, written } from './written.ts';

interface Surroundings {
  /** The apps there are. */
  readonly ids: readonly string[];
  /** Whether a balancer stands in front. */
  readonly isFronted: boolean;
  /** Whether TCP listeners are possible. */
  readonly tcp: boolean;
}

type Kind = 'http' | 'https' | 'redirect' | 'tcp';

interface Draft {
  readonly kind: Kind;
  readonly place: { readonly port: number; readonly address: string | null };
  readonly tls: Written;
  readonly tcpTls: boolean;
  readonly app: string;
}

/** `listen`: one to five listeners, no two with one address and port. */
export const writtenListeners = (around: Surroundings): Arbitrary<readonly Json[]> =>
  fc
    .uniqueArray(
      fc.record({
        kind: fc.constantFrom<Kind>('http', 'http', 'https', 'redirect', 'tcp'),
        place: fc.record({ port: text.port, address: fc.option(address) }),
        tls: writtenTls,
        tcpTls: fc.boolean(),
        app: fc.constantFrom(...around.ids),
      }),
      { minLength: 1, maxLength: 5, selector: ({ place }) => `${canonical(place.address)} ${place.port}` },
    )
    .map((drafts) => {
      const endsTls = around.isFronted || drafts.some(({ kind }) => kind === 'https');
      return drafts.map((draft) => finish(draft, endsTls, around));
    });

const address = fc.oneof(text.ip(1), text.ip(2), fc.constantFrom('127.0.0.1', '::1', '[::1]', '::', '[::]'));

const canonical = (ip: string | null): string =>
  ip === null ? '' : ipaddr.parse(ip.replaceAll(/[[\]]/g, '')).toString();

const writtenTls: Arbitrary<Written> = fc
  .record(
    {
      certificate: text.filePath('.pem'),
      key: text.filePath('.key'),
      profile: fc.constantFrom('modern', 'intermediate'),
      hsts: text.duration,
      http2: fc.boolean(),
    },
    { requiredKeys: ['certificate'] },
  )
  .map(written);

const finish = (
  { kind, place, tls, tcpTls, app }: Draft,
  endsTls: boolean,
  { tcp }: Surroundings,
): Written => {
  const at = written({ port: place.port, address: place.address ?? undefined });
  switch (kind) {
    case 'http':
      return at;
    case 'https':
      return { ...at, tls };
    case 'redirect':
      return endsTls ? { ...at, redirect: 'https' } : { ...at, mode: 'http' };
    case 'tcp':
      return tcp ? { ...at, mode: 'tcp', app, ...(tcpTls ? { tls } : {}) } : at;
    default:
      return kind satisfies never;
  }
};

/** `behind` in both protocols. */
export const writtenBehind: Arbitrary<Written> = fc
  .record(
    {
      addresses: fc.oneof(
        { weight: 6, arbitrary: fc.array(text.network, { minLength: 1, maxLength: 4 }) },
        // A CDN has as many.
        { weight: 1, arbitrary: fc.array(text.network, { minLength: 70, maxLength: 100 }) },
      ),
      protocol: fc.constantFrom('x-forwarded-for', 'proxy-protocol'),
      hops: fc.integer({ min: 1, max: 5 }),
      scheme: fc.constantFrom('http', 'https'),
    },
    { requiredKeys: ['addresses', 'protocol'] },
  )
  .map(written);
