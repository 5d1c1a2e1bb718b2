import fc, { type Arbitrary } from 'fast-check';
import { writtenApps } from './arbitrary-apps.ts';
import { writtenBehind, writtenListeners } from './arbitrary-listeners.ts';
import * as text from './arbitrary-values.ts';
import { type Written, written } from './written.ts';

/** Where the machine that judges has nginx's stream module; a folder with a blank is as good as any. */
const STREAM_MODULE = '/srv/nginx modules/stream.so';

/**
 * A description as it is written, with all that it may hold. Valid: neither a rule nor a limit of a target finds an
 * error in it.
 */
export const writtenCluster: Arbitrary<Written> = fc
  .record({
    ids: fc.uniqueArray(text.appId, { minLength: 1, maxLength: 4, selector: variableName }),
    domains: fc.uniqueArray(text.domain, { maxLength: 6, selector: (domain) => domain.toLowerCase() }),
    moreDomains: rarely(fc.integer({ min: 60, max: 150 })),
    behind: fc.option(writtenBehind, { nil: undefined }),
    runtimeDir: rarely(text.userName.map((name) => `/run/${name}@1+2`)),
    layout: fc.constantFrom('full', 'full', 'full', 'include'),
  })
  .chain(({ ids, domains, moreDomains, behind, runtimeDir, layout }) =>
    fc
      .record(
        {
          $schema: fc.constant('./cluster.schema.json'),
          name: text.appId,
          listen: writtenListeners({ ids, isFronted: behind !== undefined, tcp: layout === 'full' }),
          apps: writtenApps(ids, [...domains, ...manyDomains(moreDomains ?? 0)]),
          resolvers: fc.uniqueArray(text.dnsServer, { minLength: 1, maxLength: 3 }),
          stateDir: text.plainText,
          templates: text.plainText,
          watch: writtenWatch,
          nginx: writtenNginx.map((nginx) => ({ ...nginx, layout })),
          haproxy: writtenHaproxy,
        },
        { requiredKeys: ['apps', 'nginx'] },
      )
      .map((rest) => written({ ...rest, behind, runtimeDir })),
  );

/** Two apps that nginx would give variables of one name have the same one here. */
function variableName(id: string): string {
  return id.replaceAll('-', '_').toLowerCase();
}

function rarely<T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 6 });
}

const manyDomains = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${index % 3 === 0 ? '*.' : ''}m${index}.many.example`);

const writtenWatch = fc
  .record(
    {
      settle: text.duration,
      ceiling: text.duration,
      maxShrink: fc.integer({ min: 0, max: 100 }).map((share) => `${share}%`),
      oldWorkers: fc.integer({ min: 1, max: 100 }),
      oldWorkerTime: text.duration,
      trickle: text.duration,
      splay: text.duration,
      hold: text.duration,
      poll: text.duration,
    },
    { requiredKeys: [] },
  )
  .map(written);

const writtenNginx = fc
  .record(
    {
      version: text.nginxVersion,
      user: text.userName,
      modules: fc.constant([STREAM_MODULE]),
      output: fc.constant('/srv/output'),
      binary: fc.constant('/srv/binary'),
      reload: fc.constant(['reload']),
      probe: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map(written);

const writtenHaproxy = fc
  .record(
    {
      version: text.haproxyVersion,
      master: fc.constant('/srv/master.sock'),
      output: fc.constant('/srv/output'),
      binary: fc.constant('/srv/binary'),
      reload: fc.constant(['reload']),
      probe: fc.boolean(),
      socket: text.userName.map((name) => `/var/lib/${name}/haproxy.sock`),
      user: text.userName,
    },
    { requiredKeys: [] },
  )
  .map(written);
