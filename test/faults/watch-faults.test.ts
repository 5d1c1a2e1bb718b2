import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import {
  canMount,
  clientOf,
  editDescription,
  mount,
  occupy,
  untilNewClientsGetTo,
  untilReady,
  whoAnswers,
  whoTakesNewClients,
  workersOf,
} from '../support/faults.ts';
import { freePorts } from '../support/free-port.ts';
import { askReadiness, type KeptProxy, type ListedNode } from '../support/kept-proxy.ts';
import { listed } from '../support/kept-stage.ts';
import { hasSystemdNotify, startServiceManager } from '../support/service-manager.ts';
import { openSession } from '../support/sockjs-session.ts';
import { describeProxies } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { endWatch, stageWatches } from '../support/watches.ts';

describeProxies('watch and its faults', (stage) => {
  const { proxy, nodes } = stage;
  const isNginx = proxy.proxy === 'nginx';
  vi.setConfig({ testTimeout: 120_000 });
  const watches = stageWatches(stage);
  const testMounting = canMount ? test.concurrent : test.skip;
  const ofOther = (_name: string, _run: () => Promise<void>): void => {};
  const testNginx = isNginx ? test.concurrent : ofOther;
  let a: ListedNode;
  let b: ListedNode;
  let c: ListedNode;

  beforeAll(async () => {
    [a, b, c] = (await watches.list(3)) as [ListedNode, ListedNode, ListedNode];
  });

  test.concurrent('an invalid description is told with its line, and the next valid one is taken', async () => {
    const { kept, watch, status } = await watches.follow([a]);
    const before = kept.text();
    const told = watch.says(/cluster\.yaml:\d+:\d+ .*nodez/);
    const stays = watch.says(/is not a valid cluster description.*what is served stays/);
    await editDescription(kept, ({ apps }) => {
      apps.todos.nodez = [];
    });
    await told;
    await stays;
    await untilReady(status, false);
    const isNamed = /is not a valid cluster description: cluster\.yaml:\d+:\d+ .*nodez/;
    expect((await askReadiness(status)).guards).toMatchObject([{ reason: expect.stringMatching(isNamed) }]);
    expect(kept.text()).toBe(before);
    expect(await whoTakesNewClients(kept.port)).toBe('a');
    const another = watch.says(/cluster\.yaml:\d+:\d+ .*domainz/);
    await editDescription(kept, ({ apps }) => {
      apps.todos.domainz = [];
    });
    await another;
    const left = watch.says(/cluster\.yaml:\d+:\d+ .*nodez/); // once more, when the other is mended
    await editDescription(kept, ({ apps }) => {
      delete apps.todos.domainz;
    });
    await left;
    await editDescription(kept, ({ apps }) => {
      delete apps.todos.nodez;
      apps.todos.nodes = [b];
    });
    await untilNewClientsGetTo(kept.port, 'ab');
    await untilReady(status);
  });

  test.concurrent('what is wrong at the start is watched, so that it need not wait for the next try', async () => {
    const faults: readonly [RegExp, (file: (name: string) => string, mend: boolean) => Promise<unknown>][] = [
      [
        /is not a valid cluster description/,
        (file, mend) =>
          editDescription({ folder: file('.') }, ({ apps }) => {
            if (mend) delete apps.todos.nodez;
            else apps.todos.nodez = [];
          }),
      ],
      [
        /there is no cluster\.yaml/,
        (file, mend) => rename(file(mend ? 'away' : 'cluster.yaml'), file(mend ? 'cluster.yaml' : 'away')),
      ],
      [
        /the nodes of todos are not known/,
        (file, mend) => (mend ? writeFile(file('nodes.yaml'), text([a])) : rm(file('nodes.yaml'))),
      ],
    ];
    await Promise.all(
      faults.map(async ([words, fault]) => {
        const kept = await watches.keep([a]);
        const file = (name: string): string => join(kept.folder, name);
        await fault(file, false);
        const { watch } = await watches.start(kept);
        // The next try is due after eight seconds, if nothing changes.
        await until(async () => watch.said().split(words).length > 4, 20_000);
        const done = watch.says(/is written/, { withinMs: 4000 });
        await fault(file, true);
        await done;
        await endWatch(watch);
      }),
    );
  });

  test.concurrent('an inventory that can not be believed is not, until it can', async () => {
    const { kept, watch, status } = await watches.follow([a, b, c]);
    const before = kept.text();
    const file = join(kept.folder, 'nodes.yaml');
    const faults: readonly [string, RegExp, () => Promise<void>][] = [
      ['missing', /nodes\.yaml can not be read, and its last good list stays/, () => rm(file)],
      ['half-written', /nodes\.yaml can not be read/, () => write(kept, '- id: a\n  host: "127.0')],
      [
        'empty',
        /todos: file .*nodes\.yaml lists too few ready nodes, 0 instead of 3: .* stays .*: a, b, c$/,
        () => write(kept, '[]\n'),
      ],
      [
        'a folder',
        /nodes\.yaml can not be read.*folder/,
        () =>
          rm(file)
            .then(() => mkdir(file))
            .then(() => {}),
      ],
      [
        'collapsed',
        /todos: file .*nodes\.yaml lists too few ready nodes, 1 instead of 3: .* stays .*maxShrink.*: b, c$/,
        () => kept.list([a]),
      ],
    ];
    for (const [what, words, fault] of faults) {
      const told = watch.says(words);
      await fault();
      expect(await told, what).toContain('todos');
      await untilReady(status, false);
      const { guards } = await askReadiness(status);
      expect(guards, what).toMatchObject([{ app: 'todos', reason: expect.stringMatching(/stays/) }]);
      expect(kept.text(), what).toBe(before);
      expect(await whoTakesNewClients(kept.port), what).toBe('abc');
      await rm(file, { recursive: true, force: true });
      const well = watch.says(/in step again/);
      await kept.list([a, b, c]);
      await well;
      await untilReady(status);
    }
    await kept.list([a, b]);
    await untilNewClientsGetTo(kept.port, 'ab');
  });

  test.concurrent('--allow-shrink obeys a list that collapses', async () => {
    const { kept } = await watches.follow([a, b, c], { args: ['--reload', '--allow-shrink'] });
    await kept.list([c]);
    await untilNewClientsGetTo(kept.port, 'c');
  });

  test.concurrent('an entry that is wrong is left out and named, and the others count', async () => {
    const { kept, watch, status } = await watches.follow([a]);
    const told = watch.says(/left out of file .*nodes\.yaml:\d+:\d+/);
    await kept.list([a, { id: 'wrong', host: 'no host', port: 99999 }, b]);
    await told;
    await untilNewClientsGetTo(kept.port, 'ab');
    await untilReady(status);
  });

  test.concurrent('a node that comes and goes all the time is held in drain, and let go', async () => {
    const { kept, watch, status } = await watches.follow([a, b, c], {
      watch: { hold: '10s', maxShrink: '100%' },
    });
    const list = async (nodes: readonly ListedNode[], words: RegExp): Promise<void> => {
      const seen = watch.says(words);
      await kept.list(nodes);
      await seen;
    };
    for (let time = 0; time < 2; time++) {
      await list([a, b], /server c of todos was removed/);
      await list([a, b, c], /server c of todos was added/);
    }
    await list([a, b], /c came and went too often/);
    await kept.list([a, b, c]);
    await until(async () => (await askReadiness(status)).outputs[0]?.nodes.drain === 1);
    await untilNewClientsGetTo(kept.port, 'ab');
    await until(async () => (await askReadiness(status)).outputs[0]?.nodes.ready === 3, 15_000);
    await untilNewClientsGetTo(kept.port, 'abc');
  });

  test.concurrent('of two watches one works, and the other takes over when it is killed', async () => {
    const { kept, watch } = await watches.follow([a]);
    const second = await watches.start(kept, '--reload');
    await second.watch.says(new RegExp(`is kept by another meteor-lb \\(process ${watch.pid}\\)`), {
      all: true,
    });
    await untilReady(second.status, false);
    watch.kill('SIGKILL');
    expect(await watch.ended).toBe('SIGKILL');
    await untilReady(second.status);
    await kept.list([a, b]);
    await untilNewClientsGetTo(kept.port, 'ab');
    await endWatch(second.watch);
  });

  testMounting(
    'a full disk: what is served stays, and changes come when there is room',
    async ({ onTestFinished }) => {
      const kept = await watches.serve([a]);
      const disk = join(kept.folder, 'disk');
      await mkdir(disk);
      const mounted = mount(disk, '-t', 'tmpfs', '-o', 'size=256k', 'none');
      onTestFinished(() => mounted.end());
      const real = join(disk, 'proxy.conf');
      await writeFile(real, kept.text());
      await rm(kept.output);
      await symlink(real, kept.output);
      await editDescription(kept, (description) => {
        description.stateDir = join(disk, 'state');
      });
      const { watch, status } = await watches.start(kept, '--reload');
      await untilReady(status);
      await appendFile(join(disk, 'filler'), Buffer.alloc(1_000_000)).catch(() => {});
      const before = kept.text();
      const told = watch.says(/no space left on the device/);
      await kept.list([a, b]);
      await told;
      await untilReady(status, false);
      expect(watch.said()).not.toContain('bug');
      expect(kept.text()).toBe(before);
      expect(await whoTakesNewClients(kept.port)).toBe('a');
      await rm(join(disk, 'filler'));
      await untilNewClientsGetTo(kept.port, 'ab');
      await untilReady(status);
      await endWatch(watch);
    },
  );

  test.skipIf(!hasSystemdNotify && !process.env.CI)(
    'systemd is told how it fares, each time',
    async ({ onTestFinished }) => {
      const manager = await startServiceManager();
      onTestFinished(manager.stop);
      const kept = await watches.serve([a]);
      const watch = kept.start(['watch', '--reload'], { NOTIFY_SOCKET: manager.socket });
      expect([await manager.next(), await manager.next()].sort()).toEqual(['READY=1', 'STATUS=in step']);
      await kept.list([a, b]);
      expect(await manager.next()).toMatch(
        isNginx
          ? /^STATUS=in step: nginx: reloaded: server b of /
          : /^STATUS=in step: haproxy: changed without/,
      );
      await rm(join(kept.folder, 'nodes.yaml'));
      expect(await manager.next()).toMatch(/^STATUS=not in step: todos: .*its last good list stays/);
      await kept.list([a, b]);
      expect(await manager.next()).toMatch(/^STATUS=in step: /);
      await editDescription(kept, ({ apps }) => {
        apps.todos.nodez = [];
      });
      expect(await manager.next()).toMatch(
        /^STATUS=not in step: cluster\.yaml is not a valid cluster description: cluster\.yaml:\d+:\d+ .*nodez/,
      );
      await endWatch(watch);
      expect(await manager.next()).toBe('STOPPING=1');
    },
    20_000,
  );

  test.skipIf(!hasSystemdNotify && !process.env.CI)(
    'systemd is told that it is alive, again and again, where it wants to know',
    async ({ onTestFinished }) => {
      const manager = await startServiceManager();
      onTestFinished(manager.stop);
      const kept = await watches.serve([a]);
      const env = { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: '400000' };
      const watch = kept.start(['watch', '--reload'], env);
      const heard: string[] = [];
      const times = (word: string): number => heard.filter((message) => message === word).length;
      while (times('READY=1') < 1 || times('WATCHDOG=1') < 3) heard.push(await manager.next());
      await endWatch(watch);
    },
    20_000,
  );

  test.concurrent('SIGHUP runs at once', async () => {
    const { kept, watch } = await watches.follow([a], { watch: { poll: '10m' } });
    const good = kept.text();
    await appendFile(kept.output, '# by hand\n');
    watch.kill('SIGHUP');
    await until(async () => kept.text() === good);
  });

  test.concurrent('SIGTERM lets a run come to its end, and the proxy goes on', async () => {
    const { kept, watch } = await watches.follow([a]);
    const before = kept.text();
    await kept.list([a, b]);
    await until(async () => kept.text() !== before);
    await endWatch(watch);
    await untilNewClientsGetTo(kept.port, 'ab'); // nginx's old workers take clients for a moment more
    const { exitCode, stderr } = await kept.run('apply');
    expect(stderr).toContain('nothing to do');
    expect(exitCode).toBe(0);
  });

  test.concurrent('without --reload the file alone is kept', async () => {
    const { kept, watch, status } = await watches.follow([a], { args: [] });
    const workers = await workersOf(kept);
    const told = watch.says(/is written/);
    await kept.list([a, b]);
    await told;
    expect(kept.text()).toContain(String(b.port));
    await untilReady(status);
    expect(await whoTakesNewClients(kept.port)).toBe('a');
    expect(await workersOf(kept)).toEqual(workers);
  });

  testNginx('nodes that fail their checks get no clients, unless all do', async () => {
    const own = await nodes(3);
    const [, second] = own;
    const health = { interval: '200ms', timeout: '1s', fall: 2, rise: 2 };
    const { kept, watch, status } = await watches.follow(own.map(listed), { app: { health } });
    const failing = watch.says(/b of todos fails its checks/);
    await second?.kill();
    await failing;
    await until(async () => (await askReadiness(status)).outputs[0]?.nodes.down === 1);
    expect(await whoTakesNewClients(kept.port)).toBe('ac');
    const well = watch.says(/b of todos is well again/);
    await second?.restart();
    await well;
    await untilNewClientsGetTo(kept.port, 'abc');

    const doubted = watch.says(
      /so many nodes of todos fail their checks that none that is listed is taken out/,
    );
    await Promise.all(own.map((node) => node.kill()));
    await doubted;
    await until(async () => (await askReadiness(status)).outputs[0]?.nodes.ready === 3);
    await Promise.all(own.map((node) => node.restart()));
    await untilNewClientsGetTo(kept.port, 'abc');
  });

  test.concurrent('drain and ready, while a watch runs and while none does', async () => {
    const { kept, watch, status } = await watches.follow([a, b]);
    const onB = await clientOf(kept.port, 'b');
    for (const isWatched of [true, false]) {
      if (!isWatched) await endWatch(watch);
      const drained = await kept.run('drain', 'b');
      expect(drained.exitCode).toBe(0);
      expect(drained.stderr).toMatch(
        isWatched ? /taken by the watch that keeps/ : /changed without a reload|reloaded/,
      );
      await untilNewClientsGetTo(kept.port, 'a');
      if (isWatched) {
        expect((await askReadiness(status)).outputs[0]?.nodes.drain).toBe(1);
        const metrics = await (await fetch(`http://127.0.0.1:${status}/metrics`)).text();
        expect(metrics).toContain('meteor_lb_nodes{app="todos",state="drain"} 1');
      }
      expect(await whoAnswers(kept.port, { jar: onB })).toBe('b');
      expect(await kept.run('ready', 'b')).toMatchObject({ exitCode: 0 });
      await untilNewClientsGetTo(kept.port, 'ab');
    }
  });

  test.concurrent('where the output is named on the command line alone, drain says who takes it', async () => {
    const kept = await watches.serve([a, b]);
    await editDescription(kept, (description) => {
      delete description[proxy.proxy].output;
    });
    const nobody = await kept.run('drain', 'b');
    expect(nobody.stderr).toContain('without one the next apply or watch brings it to the proxy');
    expect(nobody.stderr).not.toContain('taken by');
    expect(await whoTakesNewClients(kept.port)).toBe('ab');
    await watches.start(kept, '--reload', '-t', proxy.proxy, '-o', kept.output);
    await untilNewClientsGetTo(kept.port, 'a');
    const ready = await kept.run('ready', 'b');
    expect(ready.stderr).toContain(`${proxy.proxy}: taken by the watch that keeps ${kept.output}\n`);
    expect(ready.exitCode).toBe(0);
    await untilNewClientsGetTo(kept.port, 'ab');
  });

  test.concurrent('two drains at once drain two nodes', async () => {
    const { kept, status } = await watches.follow([a, b, c]);
    const runs = await Promise.all([kept.run('drain', 'a'), kept.run('drain', 'b')]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    await until(async () => (await askReadiness(status)).outputs[0]?.nodes.drain === 2);
    await untilNewClientsGetTo(kept.port, 'c');
  });

  test.concurrent('drain --wait waits for the last socket, or says how many are left', async () => {
    const own = (await nodes(2)).map(listed); // sockets of other tests would be counted, too
    const { kept } = await watches.follow(own);
    const jar = await clientOf(kept.port, 'b');
    for (const isPatient of [true, false]) {
      const session = await openSession('websocket', { port: kept.port, jar });
      expect(session.node).toBe('b');
      const drain = kept.start(['drain', 'b', '--wait', isPatient ? '20s' : '1s']);
      if (isPatient) {
        await drain.says(/todos\/b: 1 connection left/, { all: true });
        await session.close();
      }
      expect(await drain.ended).toBe(isPatient ? 0 : 7);
      expect(drain.said()).toMatch(
        isPatient ? /no connection of this machine leads to it/ : /1 connection left after 1s/,
      );
      await session.close();
      expect(await kept.run('ready', 'b')).toMatchObject({ exitCode: 0 });
      await untilNewClientsGetTo(kept.port, 'ab');
    }
  });

  test.concurrent("an editor's save, a rename and a link that is swapped are seen", async () => {
    const { kept } = await watches.follow([a]);
    const file = join(kept.folder, 'nodes.yaml');
    await writeFile(file, text([a, b])); // in place
    await untilNewClientsGetTo(kept.port, 'ab');
    await rename(file, `${file}~`); // as vim does
    await writeFile(file, text([b]));
    await untilNewClientsGetTo(kept.port, 'b');
    await mkdir(join(kept.folder, '..1')); // as Kubernetes does
    await mkdir(join(kept.folder, '..2'));
    await writeFile(join(kept.folder, '..1', 'nodes.yaml'), text([b, c]));
    await writeFile(join(kept.folder, '..2', 'nodes.yaml'), text([a, c]));
    await symlink('..1', join(kept.folder, '..data'));
    await symlink('..data/nodes.yaml', `${file}.link`);
    await rename(`${file}.link`, file);
    await untilNewClientsGetTo(kept.port, 'bc');
    await symlink('..2', join(kept.folder, '..data_tmp'));
    await rename(join(kept.folder, '..data_tmp'), join(kept.folder, '..data'));
    await untilNewClientsGetTo(kept.port, 'ac');
  });

  test.concurrent('--status on a port that is taken is a usage error', async () => {
    const kept = await watches.keep([a]);
    const [port = 0] = await freePorts(1);
    const other = await occupy(port);
    const { exitCode, stderr } = await kept.run('watch', '--reload', '--status', `127.0.0.1:${port}`);
    await other.release();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/can't listen on 127\.0\.0\.1:\d+: the port is taken/);
  });
});

/** Writes the list of nodes as it stands. */
const write = async (kept: KeptProxy, text: string): Promise<void> => {
  await writeFile(join(kept.folder, 'nodes.yaml.new'), text);
  await rename(join(kept.folder, 'nodes.yaml.new'), join(kept.folder, 'nodes.yaml'));
};

const text = (list: readonly ListedNode[]): string => JSON.stringify(list);
