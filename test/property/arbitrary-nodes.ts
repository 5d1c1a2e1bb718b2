import fc, { type Arbitrary } from 'fast-check';
import * as text from './arbitrary-values.ts';
import { type Json, type Written, written } from './written.ts';

/** Entries of `nodes` in all forms: at most `most`, each of up to four nodes, no two with one id or address. */
export const writtenNodes = (most: number): Arbitrary<readonly Json[]> =>
  fc
    .integer({ min: 0, max: most })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => entry(index))));

const entry = (index: number): Arbitrary<Json> => fc.oneof(asText(index), asObject(index));

/** A host that no other index has. */
const host = (index: number): Arbitrary<string> =>
  fc.oneof(
    text.ipv4(index),
    text.ipv6(index),
    text.hostName.map((name) => `n${index}.${name}`),
  );

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

const asText = (index: number): Arbitrary<string> =>
  fc.oneof(
    fc.tuple(host(index), text.port).map(([address, port]) => `${bracketed(address)}:${port}`),
    // Several on one host.
    fc.constant(`10.200.0.1:${20_000 + index}`),
  );

const asObject = (index: number): Arbitrary<Written> =>
  fc
    .tuple(
      place(index),
      fc.record(
        {
          id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,80}$/).map((id) => `${id}.${index}`),
          weight: fc.integer({ min: 1, max: 16 }),
          state: fc.constantFrom('ready', 'drain', 'down'),
          backup: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    )
    .map(([at, rest]) => written({ ...at, ...rest }));

const place = (index: number): Arbitrary<Written> =>
  fc.oneof(
    fc.record({ host: host(index), port: text.port }),
    fc.record({ host: host(index).map(bracketed), ports }),
    fc.record({ socket: text.socketPath(index) }),
  );

const ports: Arbitrary<Json> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 65_532 }), fc.integer({ min: 0, max: 3 }))
    .map(([first, more]) => `${first}-${first + more}`),
  fc.uniqueArray(text.port, { minLength: 1, maxLength: 4 }),
);
