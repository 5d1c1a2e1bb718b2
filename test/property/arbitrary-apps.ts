import fc, { type Arbitrary } from 'fast-check';
import { writtenNodes } from './arbitrary-nodes.ts';
import * as text from './arbitrary-values.ts';
import { type Json, type Written, written } from './written.ts';

const any = <T extends { [key: string]: Arbitrary<Json> }>(model: T): Arbitrary<Written> =>
  fc.record(model, { requiredKeys: [] }).map(written);

const METHODS = ['cookie', 'sockjs', 'ip_hash', 'none'] as const;

const stickiness = fc.oneof(
  fc.constantFrom(...METHODS),
  any({
    method: fc.constantFrom(...METHODS),
    cookie: text.cookieName,
    sameSite: fc.constantFrom('lax', 'strict', 'none'),
    secure: fc.boolean(),
    ttl: text.duration,
    keyFile: text.plainText,
  }),
);

const count = fc.integer({ min: 1, max: 100 });

const login = (user: Arbitrary<string>) =>
  fc.oneof(
    fc.record({ user, passwordFile: text.plainText }),
    fc.record({ user, passwordEnv: fc.constantFrom('P', '_p1') }),
  );

const writtenEtcd = fc
  .record({
    prefix: text.plainText,
    user: fc.option(login(text.plainText)),
    pair: fc.option(fc.record({ cert: text.plainText, key: text.plainText })),
    ca: fc.option(fc.record({ ca: text.plainText })),
  })
  .map(({ prefix, user, pair, ca }) => ({
    endpoints: ['http://10.0.0.1:2379'],
    prefix,
    ...user,
    ...pair,
    ...ca,
  }));

const inventory = fc.array(
  fc.oneof(
    fc.record({ file: text.plainText }),
    any({ stale: text.duration }).map((rest) => ({ ...rest, directory: 'nodes' })),
    any({ port: text.port, resolver: text.dnsServer, interval: text.duration }).map((rest) => ({
      ...rest,
      dns: '_meteor._tcp.todos.internal',
    })),
    any({ interval: text.duration }).chain((rest) => writtenEtcd.map((etcd) => ({ ...rest, etcd }))),
    fc
      .record({
        rest: any({ ca: text.plainText, timeout: text.duration, interval: text.duration }),
        access: fc.option(
          fc.oneof(
            login(text.plainText.map((name) => name.replaceAll(':', '_'))),
            fc.record({ tokenFile: text.plainText }),
            fc.record({ tokenEnv: fc.constantFrom('T', '_t1') }),
          ),
        ),
        pair: fc.option(fc.record({ cert: text.plainText, key: text.plainText })),
      })
      .map(({ rest, access, pair }) => ({
        http: 'https://inventory.internal/nodes?app=todos',
        ...rest,
        ...access,
        ...pair,
      })),
    any({ timeout: text.duration, interval: text.duration }).chain((rest) =>
      fc.array(text.plainText, { minLength: 1, maxLength: 3 }).map((command) => ({ ...rest, command })),
    ),
  ),
  { minLength: 1, maxLength: 2 },
);

/** The apps of a cluster, by id; no two answer to one domain and path, or share a domain and a cookie. */
export const writtenApps = (ids: readonly string[], domains: readonly string[]): Arbitrary<Written> =>
  fc
    .tuple(...ids.map(() => writtenApp(ids.length, domains)))
    .map((apps) => Object.fromEntries(apps.map((_, index) => [ids[index], settle(index, { ids, apps })])));

const writtenApp = (apps: number, domains: readonly string[]): Arbitrary<Written> =>
  fc
    .record(
      {
        domains:
          domains.length > 0 ? fc.shuffledSubarray([...domains], { minLength: 1 }) : fc.constant(undefined),
        path: text.urlPath,
        transport: fc.constantFrom('sockjs', 'uws'),
        stickiness,
        balance: fc.constantFrom('least-connections', 'round-robin', 'random'),
        health: any({
          path: text.requestPath,
          interval: text.duration,
          timeout: text.duration,
          fall: count,
          rise: count,
          slowStart: text.duration,
        }),
        timeouts: any({ connect: text.duration, response: text.duration, websocket: text.duration }),
        limits: any({ body: text.size, connectionsPerNode: fc.integer({ min: 1, max: 1_000_000 }) }),
        assets: any({ cache: fc.boolean() }),
        maintenance: fc.record({ page: text.filePath('.html') }),
        nodeHeader: text.headerName,
        nodes: writtenNodes(apps === 1 ? 12 : 5),
        inventory,
      },
      { requiredKeys: ['nodes'] },
    )
    .map((app) =>
      app.nodes.length > 0 || app.inventory ? app : { ...app, inventory: [{ file: 'nodes.txt' }] },
    )
    .map(written);

interface Drafts {
  readonly ids: readonly string[];
  readonly apps: readonly Written[];
}

/** The app with another path or cookie where one before it has that already. */
const settle = (index: number, { ids, apps }: Drafts): Written => {
  const app = apps[index] as Written;
  const rivals = apps.slice(0, index).map((other, place) => ({ id: ids[place], other }));
  const near = rivals.filter(({ other }) => sharesName(app, other));
  const isPathTaken = near.some(({ other }) => pathOf(other) === pathOf(app));
  const isCookieTaken = near.some(({ id, other }) => cookieOf(id, other) === cookieOf(ids[index], app));
  return written({
    ...app,
    path: isPathTaken ? `${pathOf(app)}/app${index}.~` : app.path,
    stickiness: isCookieTaken ? { cookie: `cookie_of_${index}` } : app.stickiness,
  });
};

const names = ({ domains }: Written): readonly string[] =>
  ((domains ?? []) as readonly string[]).map((domain) => domain.toLowerCase());

const sharesName = (one: Written, other: Written): boolean =>
  one.domains === undefined || other.domains === undefined
    ? one.domains === other.domains
    : names(one).some((name) => names(other).includes(name));

/** The path without a "/" at its end. */
const pathOf = ({ path }: Written): string => String(path ?? '/').replace(/\/$/, '');

const cookieOf = (id: string | undefined, { stickiness = 'cookie' }: Written): string => {
  const { method = 'cookie', cookie = `mlb_${id?.replaceAll('-', '_')}` } =
    typeof stickiness === 'string' ? { method: stickiness } : (stickiness as Written);
  return method === 'cookie' ? String(cookie) : `none of ${id}`;
};
