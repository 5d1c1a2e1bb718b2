import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { certificate } from '../support/certificate.ts';
import {
  addListener,
  canMount,
  editDescription,
  mount,
  occupy,
  untilNewClientsGetTo,
  untilReady,
  whoTakesNewClients,
} from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { askReadiness, type KeptProxy, type ListedNode } from '../support/kept-proxy.ts';
import { describeProxies } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { endWatch, stageWatches } from '../support/watches.ts';

/** What is in the way of a change: it is asked for in `fault`, and can be had after `mend`. */
interface Hindrance {
  readonly told: RegExp;
  /** Before watch starts. */
  readonly prepare?: (kept: KeptProxy) => Promise<void>;
  readonly fault: (kept: KeptProxy) => Promise<void>;
  readonly mend: (kept: KeptProxy) => Promise<void>;
}

describeProxies('what hinders a change while watch runs', (stage) => {
  const { proxy } = stage;
  const watches = stageWatches(stage);
  vi.setConfig({ testTimeout: 120_000 });
  const testMounting = canMount ? test.concurrent : test.skip;
  let a: ListedNode;
  let b: ListedNode;

  beforeAll(async () => {
    [a, b] = (await watches.list(2)) as [ListedNode, ListedNode];
  });

  /** Asks for a change that can't be made, with a node more; what serves stays until its cause is gone, and then it is made. */
  const hinder = async ({ told, prepare, fault, mend }: Hindrance): Promise<void> => {
    const kept = await watches.serve([a]);
    await prepare?.(kept);
    const { watch, status } = await watches.start(kept, '--reload');
    await untilReady(status);
    const before = kept.text();
    const said = watch.says(told);
    await fault(kept);
    await kept.list([a, b]);
    await said;
    await untilReady(status, false);
    expect(kept.text()).toBe(before);
    expect(await whoTakesNewClients(kept.port)).toBe('a');
    const well = watch.says(/in step again/, { withinMs: 35_000 });
    await mend(kept);
    await well;
    await untilReady(status);
    await untilNewClientsGetTo(kept.port, 'ab');
    await endWatch(watch);
  };

  test.concurrent("the proxy's own check refuses it, until a file that it names is there", async () => {
    const [port = 0] = await freePorts(1);
    const file = (kept: KeptProxy): string => join(kept.folder, 'late.pem');
    await hinder({
      told: /cluster\.yaml:\d+:\d+ .*late\.pem/,
      fault: (kept) => addListener(kept, { port, tls: { certificate: file(kept) } }),
      mend: (kept) => writeFile(file(kept), certificate),
    });
  });

  test.concurrent('another process has the port, until it lets go', async () => {
    const [port = 0] = await freePorts(1);
    const other = await occupy(port);
    await hinder({
      told: /another process listens where the configuration wants to/,
      fault: (kept) => addListener(kept, { port }),
      mend: other.release,
    });
    expect(await whoTakesNewClients(port)).toBe('ab');
  });

  test.concurrent('the program is not installed any more, until it is', async () => {
    const program = (kept: KeptProxy): string => join(kept.folder, 'program');
    await hinder({
      told: new RegExp(`could not be checked.*install ${proxy.proxy}`),
      prepare: async (kept) => {
        await symlink(proxy.binary, program(kept));
        await editDescription(kept, (description) => {
          description[proxy.proxy].binary = program(kept);
        });
      },
      fault: (kept) => rm(program(kept)),
      mend: (kept) => symlink(proxy.binary, program(kept)),
    });
  });

  testMounting('the folder becomes read-only, until it is not', async () => {
    const folder = (kept: KeptProxy): string => join(kept.folder, 'etc');
    let mounted: ReturnType<typeof mount> | null = null;
    await hinder({
      told: /the file system is read-only/,
      prepare: async (kept) => {
        await mkdir(folder(kept));
        await rename(kept.output, join(folder(kept), 'proxy.conf'));
        await symlink(join(folder(kept), 'proxy.conf'), kept.output);
      },
      fault: async (kept) => {
        mounted = mount(folder(kept), '--bind', '-o', 'ro', folder(kept));
      },
      mend: async () => mounted?.end(),
    });
  });

  test.concurrent('a program that is replaced by an older version is named, and what it accepts is published', async () => {
    const kept = await watches.serve([a]);
    const program = join(kept.folder, 'program');
    await symlink(proxy.binary, program);
    await editDescription(kept, (description) => {
      description[proxy.proxy].binary = program;
    });
    const { watch, status } = await watches.start(kept, '--reload');
    await untilReady(status);
    await writeFile(`${program}.new`, tellsVersion(proxy.binary, '1.5.9'));
    await chmod(`${program}.new`, 0o755);
    await rename(`${program}.new`, program);
    const told = watch.says(
      new RegExp(`${proxy.proxy} is 1\\.5\\.9 here, and the configuration is written for`),
    );
    await kept.list([a, b]);
    await told;
    await untilNewClientsGetTo(kept.port, 'ab');
    await untilReady(status);
  });

  test.concurrent('one proxy that is in trouble does not hold up the other of the same process', async () => {
    const kept = await watches.serve([a]);
    const other = proxy.proxy === 'nginx' ? 'haproxy' : 'nginx';
    const file = join(kept.folder, 'other', 'proxy.conf');
    await editDescription(kept, (description) => {
      description[other] = { output: file };
    });
    const { watch, status } = await watches.start(kept, '--reload');
    await watch.says(/other\/.*: no such file or folder/, { all: true });
    await kept.list([a, b]);
    await untilNewClientsGetTo(kept.port, 'ab');
    const { outputs } = await askReadiness(status);
    expect(outputs.map(({ target, state }) => [target, state]).sort()).toEqual(
      [
        [proxy.proxy, 'ok'],
        [other, 'failing'],
      ].sort(),
    );
    const written = watch.says(new RegExp(`${other}: .*is up to date, but no proxy serves it`));
    await mkdir(join(kept.folder, 'other'));
    await written;
    await kept.list([b]);
    await untilNewClientsGetTo(kept.port, 'b');
    await until(async () => (await readFile(file, 'utf8')).includes(String(b.port)));
  });
});

/** The program, but for the version that it tells. */
const tellsVersion = (binary: string, version: string): string => `#!/bin/sh
case "$1" in
  -v|-V) "${binary}" "$@" 2>&1 | sed -E 's/(nginx\\/|HAProxy version )[0-9.]+/\\1${version}/' ;;
  *) exec "${binary}" "$@" ;;
esac
`;
