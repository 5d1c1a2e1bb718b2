import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askWorker } from '../../src/control/haproxy/cli.ts';
import { createHaproxyControl } from '../../src/control/haproxy/index.ts';
import type { ProxyPlan } from '../../src/plan/proxy-plan.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import type { System } from '../../src/platform/system.ts';
import { haproxyFeatures } from '../../src/targets/haproxy/versions.ts';
import { pool, server } from '../targets/haproxy-pool.ts';

const endings: (() => Promise<unknown>)[] = [];
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meteor-lb-sock-'));
  endings.push(() => rm(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A Unix socket that answers all that it was sent with one text, or with nothing for ever. */
const listen = async (name: string, answer: (asked: string) => string | null): Promise<string> => {
  const path = join(folder, name);
  const open = createServer({ allowHalfOpen: true }, (socket) => {
    let asked = '';
    let isAnswered = false;
    const reply = (): void => {
      if (isAnswered) return;
      isAnswered = true;
      const text = answer(asked);
      if (text !== null) socket.end(text);
      else endings.push(async () => socket.destroy());
    };
    socket.on('data', (chunk) => {
      asked += chunk;
      if (asked.endsWith('\nquit\n')) reply();
    });
    socket.on('error', () => {});
    socket.on('end', reply);
  });
  await new Promise<void>((resolve) => open.listen(path, resolve));
  endings.push(async () => open.close());
  return path;
};

const controlOf = (socket: string, masterSocket = join(folder, 'none.sock'), system: Partial<System> = {}) =>
  createHaproxyControl(
    {
      binary: join(folder, 'no-haproxy'),
      file: '/etc/haproxy/haproxy.cfg',
      socket,
      masterSocket,
      reloadCommand: null,
      features: haproxyFeatures([3, 0]),
    },
    { ...nodeSystem, ...system },
  );

const plan = {
  pools: [pool([server()], { assets: null, stickiness: { kind: 'none' } })],
  listeners: [],
} as unknown as ProxyPlan;
const HEAD = '1\n# be_name srv_id srv_name srv_addr srv_port srv_admin_state srv_uweight\n';
const PROC =
  '#<PID> <type> <reloads> <uptime> <version>\n10 master 0 [failed: 0] 0d 3.0.11\n# workers\n11 worker 0 0d 3.0.11\n\n';

describe('the command line', () => {
  test('gives one answer for each command', async () => {
    const socket = await listen('s', () => '\n> one\n\n> \n> two\nlines\n\n> ');
    expect(await askWorker(nodeSystem, socket, ['a', 'b', 'c'])).toEqual(['one', '', 'two\nlines']);
    expect(await askWorker(nodeSystem, socket, [])).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['garbage', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an answer too few', '\n> one\n> '],
    ['an answer too many', '\n> one\n> two\n> three\n> '],
    ['the last prompt missing', '\n> one\n> tw'],
    ['something after the last prompt', '\n> one\n> two\n> th'],
    ['something before the first prompt', 'x\n> one\n> two\n> '],
  ])('never takes %s for an answer', async (_name, text) => {
    const socket = await listen('s', () => text);
    await expect(askWorker(nodeSystem, socket, ['a', 'b'])).rejects.toThrow(
      /gave no answer to "[ab]" that could be read/,
    );
  });

  test('does not wait for ever', async () => {
    const socket = await listen('s', () => null);
    await expect(askWorker(nodeSystem, socket, ['a'], 100)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});

describe('observing', () => {
  test.each([
    ['garbage', 'garbage', /gave no answer to "show info"/],
    ['what HAProxy would not say', '\n> hello\n\n> ', /answered what HAProxy would not: "hello"/],
  ])('a socket that answers %s', async (_name, text, reason) => {
    const control = controlOf(await listen('s', () => text));
    expect(await control.observe()).toMatchObject({
      state: 'stopped',
      reason: expect.stringMatching(reason),
      hint: expect.stringContaining('haproxy.socket'),
    });
  });

  test.each([
    ['ENOENT', 'no such socket', /is HAProxy running with this configuration\?/],
    ['ECONNREFUSED', 'nobody listens on it', /is HAProxy running with this configuration\?/],
    ['EACCES', 'permission denied', /usermod -aG haproxy/],
    ['ETIMEDOUT', 'no answer in time', /see its log/],
  ])('a socket with %s', async (code, reason, hint) => {
    const ask = () => Promise.reject(Object.assign(new Error(code), { code }));
    expect(await controlOf('/run/s.sock', '/run/m.sock', { ask }).observe()).toEqual({
      state: 'stopped',
      reason: `/run/s.sock: ${reason}`,
      hint: expect.stringMatching(hint),
    });
  });

  test('a worker whose own socket is dead is asked through its master', async () => {
    const info = 'Name: HAProxy\nPid: 11\ndescription: meteor-lb 0123\n';
    const master = await listen('m', (asked) =>
      asked === 'show proc\n' ? PROC : asked === '@!11 show info\n' ? info : '',
    );
    expect(await controlOf(join(folder, 'gone'), master).observe()).toEqual({
      state: 'running',
      generation: '0123',
    });
  });

  test('a binary that is missing has no version and accepts nothing', async () => {
    const control = controlOf(join(folder, 'gone'));
    expect(await control.version()).toBeNull();
    expect(await control.check('/etc/haproxy/haproxy.cfg')).toEqual({
      ok: false,
      output: expect.stringContaining('is not installed'),
    });
  });
});

describe('changing servers', () => {
  test('an unexpected answer ends it, in its own words', async () => {
    const asked: string[] = [];
    const socket = await listen('s', (text) => {
      asked.push(text);
      return text.includes('show servers state') ? `\n> ${HEAD}\n> ` : '\n> Permission denied.\n\n> ';
    });
    expect(await controlOf(socket).servers?.bring(plan)).toEqual({
      ok: false,
      output: expect.stringMatching(/^add server todos\/a 10\.0\.0\.1:3000 .*: Permission denied\.$/),
    });
    expect(asked, 'nothing after it').toHaveLength(2);
  });

  test.each([
    [
      'an answer that is missing',
      (text: string) => (text.includes('show servers') ? `\n> ${HEAD}\n> ` : '\n> '),
      false,
    ],
    ['a state that is none', () => '\n> garbage\n\n> ', null],
    ['garbage', () => 'garbage', null],
  ])('%s is no success', async (_name, answer, inStep) => {
    const control = controlOf(await listen('s', answer));
    expect(await control.servers?.bring(plan)).toMatchObject({
      ok: false,
      output: expect.stringMatching(/\S/),
    });
    expect(await control.servers?.inStep(plan)).toBe(inStep);
  });

  test('what can not be counted counts as used', async () => {
    const left = `${HEAD}todos 1 a 10.0.0.1 3000 0 1\ntodos 2 old 10.0.0.2 3000 1 1\ntodos 3 busy 10.0.0.3 3000 0 1\n`;
    const control = controlOf(
      await listen('s', (text) => (text.includes('show servers') ? `\n> ${left}\n> ` : '\n> garbage\n\n> ')),
    );
    expect(await control.servers?.sweep(plan)).toBe(1);
  });
});

describe('reloading', () => {
  test.each([
    ['Success=0\n--\n[ALERT] (1) : no good\n', '[ALERT] (1) : no good'],
    ['Success=0\n', 'HAProxy could not load the configuration, and told no reason'],
    ['Permission denied\n', 'reload: "Permission denied\\n"'],
  ])('a master that answers %j', async (answer, output) => {
    const master = await listen('m', (asked) => (asked === 'show proc\n' ? PROC : answer));
    expect(await controlOf(join(folder, 'gone'), master).reload('0123')).toEqual({ ok: false, output });
  });

  test('a success that no new worker shows is none', async () => {
    const info = '\n> Name: HAProxy\nPid: 11\ndescription: meteor-lb 0123\n\n> ';
    const socket = await listen('s', () => info);
    const master = await listen('m', (asked) => (asked === 'show proc\n' ? PROC : 'Success=1\n--\n'));
    const control = controlOf(socket, master, { now: () => performance.now() * 20 });
    expect(await control.reload('0123')).toEqual({
      ok: false,
      output: 'generation 0123 was not seen to serve within 10 s: worker 11 from before still answers',
    });
  });

  test('a master that is no HAProxy is told', async () => {
    const master = await listen('m', () => 'garbage');
    expect(await controlOf(join(folder, 'gone'), master).reload('0123')).toEqual({
      ok: false,
      output: expect.stringMatching(
        /gave no answer to "show proc" that could be read: "garbage"\nstart HAProxy with -W -S/,
      ),
    });
    expect(await controlOf(join(folder, 'gone'), master).oldWorkers()).toEqual([]);
    expect(await controlOf(join(folder, 'gone'), master).closeSockets({ pid: 11 }, 1)).toBeNull();
  });
});

describe('closing sockets', () => {
  const worker = (info: string, answer: string) => {
    const asked: string[] = [];
    const sessions =
      '0x1a: proto=tcpv4 src=1 fe=f be=b srv=s ts=0\n0x2b: proto=sockpair src=1 fe=GLOBAL be=<NONE> srv=<none> ts=0\n0x3c: proto=tcpv4 src=1 fe=f be=b srv=s ts=0\n\n';
    const master = listen('m', (text) => {
      if (text === 'show proc\n') return PROC;
      asked.push(text.trim());
      if (text.includes('show info')) return info;
      return text.includes('show sess') ? sessions : answer;
    });
    return { asked, master };
  };
  const STOPPING = 'Name: HAProxy\nPid: 11\nStopping: 1\n';

  test.each([
    ['closed', '\n', 0],
    ['gone meanwhile', "No such session (use 'show sess').\n\n", 0],
    ['refused', 'Permission denied\n', 2],
  ])('sessions that are %s', async (_name, answer, left) => {
    const { asked, master } = worker(STOPPING, answer);
    expect(await controlOf('/run/s', await master).closeSockets({ pid: 11 }, 9)).toBe(left);
    expect(asked.filter((text) => text.includes('shutdown')).every((text) => !text.includes('0x2b'))).toBe(
      true,
    );
  });

  test('not of a worker that serves, and not of one that is not listed', async () => {
    const { asked, master } = worker('Name: HAProxy\nPid: 11\nStopping: 0\n', '\n');
    const control = controlOf('/run/s', await master);
    expect(await control.closeSockets({ pid: 11 }, 9)).toBeNull();
    expect(await control.closeSockets({ pid: 12 }, 9)).toBe(0);
    expect(asked).toEqual(['@!11 show info']);
  });
});
