import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { parseServersState } from '../../src/targets/haproxy/servers-state.ts';
import { type MeteorNode, startNodes, stopAll } from '../support/cluster.ts';
import { createCookieJar } from '../support/cookie-jar.ts';
import { freePorts } from '../support/free-port.ts';
import { type HaproxyProcess, startHaproxy } from '../support/haproxy-process.ts';
import { sendRequest } from '../support/http-client.ts';
import { proxiesUnderTest } from '../support/proxies.ts';
import { nodesOf } from '../support/running-proxy.ts';
import { openSession, type Session } from '../support/sockjs-session.ts';
import { until } from '../support/until.ts';

const haproxies = proxiesUnderTest().filter(({ proxy }) => proxy === 'haproxy');

describe.each(haproxies.map((proxy) => [`haproxy ${proxy.version}`, proxy] as const))(
  '%s',
  (_name, proxy) => {
    const endings: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const end of endings.splice(0).reverse()) await end();
    });

    const nodes = async (count: number): Promise<MeteorNode[]> => {
      const started = await startNodes(count);
      endings.push(() => stopAll(started));
      return started;
    };
    const start = async (description: object): Promise<HaproxyProcess> => {
      const running = await startHaproxy(proxy, description);
      endings.push(running.stop);
      return running;
    };
    const connect = async (port: number, jar = createCookieJar()): Promise<Session> => {
      const session = await openSession('websocket', { port, jar });
      endings.push(session.close);
      return session;
    };
    /** A description with the app `todos`. */
    const describeApp = (port: number, list: readonly object[], app: object = {}): object => ({
      listen: [{ address: '127.0.0.1', port }],
      apps: { todos: { assets: {}, nodes: list, health: { interval: '200ms' }, ...app } },
    });
    const serversOf = async ({ socket }: HaproxyProcess) =>
      parseServersState(await nodeSystem.ask(socket, 'show servers state\n', 5_000)) ?? [];
    /** Backend, name, and how the last check went. */
    const checksOf = async ({ socket }: HaproxyProcess): Promise<string[][]> => {
      const answer = await nodeSystem.ask(socket, 'show stat -1 4 -1\n', 5_000);
      const [head = '', ...rows] = answer.split('\n').map((line) => line.split(','));
      const column = [...head].indexOf('check_status');
      return rows.map((row) => [row[0] ?? '', row[1] ?? '', row[column] ?? '']);
    };
    const nodeOf = async (port: number, jar = createCookieJar()): Promise<string> =>
      (await sendRequest({ port, jar }, '/')).node ?? '';
    /** The node that answers, over some new clients. */
    const newClients = async (port: number): Promise<Set<string>> => {
      const seen = new Set<string>();
      for (let client = 0; client < 64; client++) seen.add(await nodeOf(port));
      return seen;
    };
    const bring = async (running: HaproxyProcess, description: object): Promise<void> => {
      const { plan } = await running.configuration(description);
      expect(await running.control.servers?.bring(plan)).toEqual({ ok: true });
      expect(await running.control.servers?.inStep(plan)).toBe(true);
      running.asked();
      expect(await running.control.servers?.bring(plan)).toEqual({ ok: true });
      expect(running.asked(), 'nothing is done twice').toEqual(['prompt\nshow servers state\nquit\n']);
    };

    test('what was rendered is in step with itself', async () => {
      const [port = 0, tcp = 0] = await freePorts(2);
      const description = {
        listen: [
          { address: '127.0.0.1', port },
          { address: '127.0.0.1', port: tcp, mode: 'tcp', app: 'byip' },
        ],
        apps: {
          todos: {
            assets: {},
            domains: ['todos.example.com'],
            nodes: [
              { id: 'a', host: '127.0.0.2', port: 3000, weight: 3 },
              { id: 'b', host: '127.0.0.3', port: 3000, state: 'drain' },
              { id: 'c', host: '::1', port: 3000, state: 'down', weight: 2 },
              { id: 'd', socket: '/tmp/d.sock', backup: true },
            ],
          },
          byip: {
            domains: ['byip.example.com'],
            stickiness: { method: 'ip_hash' },
            nodes: [{ id: 'a', host: '127.0.0.2', port: 3001, weight: 16 }],
          },
        },
      };
      const running = await start(description);
      const { plan, generation } = await running.configuration(description);
      expect(await running.control.observe()).toEqual({ state: 'running', generation });
      expect(await running.control.servers?.inStep(plan)).toBe(true);
      expect(await running.control.version()).toEqual(proxy.version.split('.').map(Number));
      expect(await running.control.check(`${running.folder}/haproxy.cfg`)).toEqual({ ok: true });
      const refused = await running.control.check(`${running.folder}/cluster.yaml`);
      expect(refused).toMatchObject({ ok: false, output: expect.stringContaining('ALERT') });
      // The section of a TCP listener takes servers too.
      const [pool] = plan.pools.filter(({ id }) => id === 'byip');
      const more = pool?.servers.map((server) => ({
        ...server,
        id: 'n',
        address: { kind: 'ip', host: '127.0.0.9', port: 1 } as const,
      }));
      const grown = {
        ...plan,
        pools: plan.pools.map((one) =>
          one === pool ? { ...one, servers: [...one.servers, ...(more ?? [])] } : one,
        ),
      };
      expect(await running.control.servers?.bring(grown)).toEqual({ ok: true });
      expect(await running.control.servers?.inStep(grown)).toBe(true);
      expect(
        (await serversOf(running))
          .filter(({ name }) => name === 'n')
          .map(({ backend }) => backend)
          .sort(),
      ).toEqual(['byip', `tcp_${tcp}`]);
      expect(await running.control.servers?.inStep(plan)).toBe(false);
    });

    test('a server that is added gets clients and keeps them, drains, goes down and comes back', async () => {
      const [a, b] = nodesOf(await nodes(2));
      const [port = 0] = await freePorts(1);
      const running = await start(describeApp(port, [{ ...a }]));
      const jarOfA = createCookieJar();
      expect(await nodeOf(port, jarOfA)).toBe('a');

      const both = describeApp(port, [{ ...a }, { ...b }]);
      await bring(running, both);
      const { plan } = await running.configuration(both);
      const cookieOf = (id: string) => plan.pools[0]?.servers.find((server) => server.id === id)?.cookie;
      // It has checks of its own everywhere, for nobody can follow it.
      await until(async () => {
        const found = (await checksOf(running)).filter(([, name]) => name === 'b');
        return found.length === 3 && found.every(([, , check]) => check === 'L7OK');
      });
      let jar = createCookieJar();
      await until(async () => {
        jar = createCookieJar();
        return (await nodeOf(port, jar)) === 'b';
      });
      expect(jar.get('mlb_todos')).toBe(cookieOf('b'));
      for (let request = 0; request < 6; request++) expect(await nodeOf(port, jar)).toBe('b');
      expect(jar.get('mlb_todos'), 'the cookie is not deleted').toBe(cookieOf('b'));
      for (let request = 0; request < 6; request++) expect(await nodeOf(port, jarOfA)).toBe('a');
      const polling = await openSession('xhr', { port, jar });
      endings.push(polling.close);
      expect(polling.node).toBe('b');
      // Clients without a cookie reach it too: by session id.
      await until(async () => {
        const keyed = await openSession('xhr', { port });
        await keyed.close();
        return keyed.node === 'b';
      });

      await bring(running, describeApp(port, [{ ...a }, { ...b, state: 'drain' }]));
      expect(await newClients(port)).toEqual(new Set(['a']));
      expect(await nodeOf(port, jar)).toBe('b');

      await bring(running, describeApp(port, [{ ...a }, { ...b, state: 'down' }]));
      expect(await nodeOf(port, createCookieJarWith('mlb_todos', cookieOf('b')))).toBe('a');

      await bring(running, describeApp(port, [{ ...a }, { ...b, weight: 3 }]));
      const weights = (await serversOf(running)).filter(({ name }) => name === 'b');
      expect(Object.fromEntries(weights.map(({ backend, weight }) => [backend, weight]))).toEqual({
        todos: 3,
        'todos.keyed': 48,
        'todos.assets': 3,
      });
      expect(await nodeOf(port, createCookieJarWith('mlb_todos', cookieOf('b')))).toBe('b');
    });

    test('a server that leaves serves its WebSockets to their end, and only then is deleted', async () => {
      const [a, b] = nodesOf(await nodes(2));
      const [port = 0] = await freePorts(1);
      const alone = describeApp(port, [{ ...a }]);
      const both = describeApp(port, [{ ...a }, { ...b }]);
      const running = await start(alone);
      const onA = await connect(port);
      await bring(running, both);
      let onB = await connect(port);
      await until(async () => {
        if (onB.node !== 'b') onB = await connect(port);
        return onB.node === 'b';
      });

      await bring(running, alone);
      const { plan } = await running.configuration(alone);
      expect(await newClients(port)).toEqual(new Set(['a']));
      expect(await running.control.servers?.sweep(plan)).toBe(1);
      expect(
        (await serversOf(running)).filter(({ name }) => name === 'b').map(({ backend }) => backend),
      ).toEqual(['todos']);
      expect(await onB.call('echo', 'still')).toBe('still');
      expect(await onA.call('echo', 'here')).toBe('here');

      // It comes back while it waits: the same server goes on, and what was deleted of it is added.
      await bring(running, both);
      await until(async () => (await newClients(port)).has('b'));
      expect(await onB.call('echo', 'back')).toBe('back');

      await bring(running, alone);
      await onB.close();
      await until(async () => (await running.control.servers?.sweep(plan)) === 0);
      expect((await serversOf(running)).filter(({ name }) => name === 'b')).toEqual([]);
      expect(await onA.call('echo', 'to the end')).toBe('to the end');
    });

    test('a server of the file leaves and comes back', async () => {
      const [a, b] = nodesOf(await nodes(2));
      const [port = 0] = await freePorts(1);
      const both = describeApp(port, [{ ...a }, { ...b }]);
      const alone = describeApp(port, [{ ...a }]);
      const running = await start(both);
      await bring(running, alone);
      const { plan } = await running.configuration(alone);
      expect(await newClients(port)).toEqual(new Set(['a']));
      expect(await running.control.servers?.sweep(plan)).toBe(0);
      // The main backend's server is one that others follow in the file: HAProxy deletes none of those.
      expect((await serversOf(running)).filter(({ name }) => name === 'b')).toMatchObject([
        { backend: 'todos', maint: true },
      ]);
      expect(await running.control.servers?.inStep(plan)).toBe(true);
      await bring(running, both);
      await until(async () => (await newClients(port)).has('b'));

      const moved = await running.configuration(describeApp(port, [{ ...a }, { ...b, host: '127.0.0.9' }]));
      expect(await running.control.servers?.inStep(moved.plan)).toBe(false);
      expect(await running.control.servers?.bring(moved.plan)).toEqual({
        ok: false,
        output: expect.stringMatching(/^todos\S*\/b runs with another (address|number)$/),
      });
    });

    test('a thousand servers are added in few round trips', async () => {
      const [port = 0] = await freePorts(1);
      const first = { id: 'first', host: '127.0.0.2', port: 3000 };
      const running = await start(describeApp(port, [first], { health: { interval: '1m' } }));
      const many = Array.from({ length: 1_000 }, (_, index) => ({
        id: `n${index}`,
        host: `127.1.${index >> 8}.${index & 255}`,
        port: 3000,
      }));
      const { plan } = await running.configuration(
        describeApp(port, [first, ...many], { health: { interval: '1m' } }),
      );
      running.asked();
      const started = performance.now();
      expect(await running.control.servers?.bring(plan)).toEqual({ ok: true });
      const took = Math.round(performance.now() - started);
      const trips = running.asked().length;
      process.stderr.write(
        `haproxy ${proxy.version}: 1,000 servers in 3 backends: ${took} ms, ${trips} round trips\n`,
      );
      expect(trips).toBeLessThan(15);
      expect(await serversOf(running)).toHaveLength(3 * 1_001);
      expect(await running.control.servers?.inStep(plan)).toBe(true);
    });

    test('a reload is proven by a new worker; the old one closes its WebSockets one by one', async () => {
      const [a] = nodesOf(await nodes(1));
      const [port = 0] = await freePorts(1);
      const running = await start(describeApp(port, [{ ...a }]));
      const sessions = await Promise.all(Array.from({ length: 20 }, () => connect(port)));
      let closed = 0;
      for (const session of sessions) void session.closed.then(() => closed++);
      expect(await running.control.oldWorkers()).toEqual([]);

      const next = await running.configuration(
        describeApp(port, [{ ...a }], { timeouts: { connect: '3s' } }),
      );
      await running.publish(next);
      expect(await running.control.reload(next.generation)).toEqual({ ok: true });
      expect(await running.control.observe()).toEqual({ state: 'running', generation: next.generation });
      const after = await connect(port);
      const [old, ...others] = await running.control.oldWorkers();
      expect(others).toEqual([]);
      expect(closed).toBe(0);
      const worker = old ?? { pid: 0 };
      expect(await running.control.closeSockets(worker, 5)).toBe(15);
      await until(async () => closed === 5);
      expect(await running.control.closeSockets(worker, 0)).toBe(15);
      expect(await running.control.closeSockets(worker, 100)).toBe(0);
      await until(async () => closed === 20);
      await until(async () => (await running.control.oldWorkers()).length === 0);
      expect(await running.control.closeSockets(worker, 1)).toBe(0);
      expect(await after.call('echo', 'new')).toBe('new');
    });

    test('a refused reload is told, and the old configuration serves on', async () => {
      const [a] = nodesOf(await nodes(1));
      const [port = 0, taken = 0] = await freePorts(2);
      const description = describeApp(port, [{ ...a }]);
      const running = await start(description);
      const { generation } = await running.configuration(description);
      const session = await connect(port);
      const thief = createServer().listen(taken, '127.0.0.1');
      endings.push(async () => thief.close());

      const refused = await running.configuration({
        ...describeApp(port, [{ ...a }]),
        listen: [
          { address: '127.0.0.1', port },
          { address: '127.0.0.1', port: taken },
        ],
      });
      await running.publish(refused);
      for (let time = 0; time < 2; time++) {
        const outcome = await running.control.reload(refused.generation);
        expect(outcome).toMatchObject({
          ok: false,
          output: expect.stringMatching(
            proxy.version.startsWith('2.6') ? /in its own log/ : new RegExp(`bind.*:${taken}`),
          ),
        });
        expect(await running.control.observe()).toEqual({ state: 'running', generation });
        expect(await nodeOf(port)).toBe('a');
        expect(await running.control.oldWorkers(), 'who serves is not old').toEqual([]);
        const { pids } = await workers(running);
        for (const pid of pids) expect(await running.control.closeSockets({ pid }, 10)).toBeNull();
        expect(await session.call('echo', 'on')).toBe('on');
      }

      const good = await running.configuration(
        describeApp(port, [{ ...a }], { timeouts: { connect: '3s' } }),
      );
      await running.publish(good);
      expect(await running.control.reload(good.generation)).toEqual({ ok: true });
      expect(await running.control.observe()).toEqual({ state: 'running', generation: good.generation });
      expect(await running.control.oldWorkers()).toHaveLength(1);
    });

    test('another generation than the expected one is no success', async () => {
      const [port = 0] = await freePorts(1);
      const running = await start(describeApp(port, [{ id: 'a', host: '127.0.0.2', port: 3000 }]));
      // A clock that is ten times as fast: nobody waits for the deadline.
      const hasty = running.controlWith({ now: () => performance.now() * 10 });
      const outcome = await hasty.reload('0123456789abcdef');
      expect(outcome).toMatchObject({
        ok: false,
        output: expect.stringContaining('started with another file'),
      });
    });

    test('reloads by a command, and without a master socket says what to do', async () => {
      const [port = 0] = await freePorts(1);
      const list = [{ id: 'a', host: '127.0.0.2', port: 3000 }];
      const running = await start(describeApp(port, list));
      const next = await running.configuration(describeApp(port, list, { timeouts: { connect: '3s' } }));
      await running.publish(next);
      const missing = `${running.folder}/nowhere.sock`;
      expect(await running.controlWith({ masterSocket: missing }).reload(next.generation)).toMatchObject({
        ok: false,
        output: expect.stringMatching(
          /nowhere\.sock: no such socket\nstart HAProxy with -W -S .*EXTRAOPTS.*haproxy\.reload/,
        ),
      });
      const failing = running.controlWith({ masterSocket: missing, reloadCommand: ['false'] });
      expect(await failing.reload(next.generation)).toEqual({ ok: false, output: 'false: exit code 1' });
      const command = ['kill', '-USR2', String(running.pid)];
      const byCommand = running.controlWith({ masterSocket: missing, reloadCommand: command });
      expect(await byCommand.reload(next.generation)).toEqual({ ok: true });
      expect(await byCommand.oldWorkers()).toEqual([]);
      expect(await byCommand.closeSockets({ pid: running.pid }, 1)).toBeNull();

      const { plan } = next;
      await running.stop();
      expect(await running.control.observe()).toMatchObject({
        state: 'stopped',
        reason: expect.stringContaining('no such socket'),
        hint: expect.stringContaining('running with this configuration'),
      });
      expect(await running.control.servers?.bring(plan)).toMatchObject({ ok: false });
      expect(await running.control.servers?.inStep(plan)).toBeNull();
      expect(await running.control.servers?.sweep(plan)).toBe(0);
    });

    const workers = async ({ masterSocket }: HaproxyProcess): Promise<{ pids: readonly number[] }> => {
      const answer = await nodeSystem.ask(masterSocket, 'show proc\n', 5_000);
      return { pids: [...answer.matchAll(/^([0-9]+)\s+worker/gm)].map(([, pid]) => Number(pid)) };
    };
  },
);

const createCookieJarWith = (name: string, value: string | undefined) => {
  const jar = createCookieJar();
  jar.store([`${name}=${value}`]);
  return jar;
};
