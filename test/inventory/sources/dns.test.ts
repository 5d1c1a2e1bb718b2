import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { type Answer, decode, encode, type Question } from 'dns-packet';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { dnsSource } from '../../../src/inventory/sources/dns/dns-source.ts';
import { nodeSystem } from '../../../src/platform/node-system.ts';
import { startDnsmasq } from '../../support/dnsmasq.ts';
import { freePorts } from '../../support/free-port.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const serve = async (...options: string[]): Promise<string> => {
  const { server, stop } = await startDnsmasq(options);
  stops.push(stop);
  return server;
};
const ask = async (
  written: Parameters<typeof dnsSource>[0],
  signal: AbortSignal = new AbortController().signal,
) => {
  const { entries, problems, againInMs } = await dnsSource(written).ask(nodeSystem, signal);
  return { entries, told: problems.map(({ message }) => message).join(), againInMs };
};
const SRV = '_meteor._tcp.todos.test';

test('SRV records are nodes at the addresses of their names: those of the best priority, with backups; they are asked for again when their time is over', async () => {
  const resolver = await serve(
    '--local-ttl=9',
    '--host-record=app1.test,10.0.0.1',
    '--host-record=app2.test,10.0.0.2',
    '--host-record=app3.test,10.0.0.3',
    `--srv-host=${SRV},app2.test,3001,0,5`,
    `--srv-host=${SRV},app1.test,3000,0,1`,
    `--srv-host=${SRV},app3.test,3000,10,100`,
  );
  const { entries, told, againInMs } = await ask({ dns: SRV, resolver });
  expect(told).toBe('');
  expect(againInMs).toBe(9_000);
  expect(entries).toMatchObject([
    { host: '10.0.0.1', port: 3000, weight: 1, backup: false },
    { host: '10.0.0.2', port: 3001, weight: 5, backup: false },
    { host: '10.0.0.3', port: 3000, weight: 1, backup: true },
  ]);
});

test('a name of SRV records counts with all its addresses of IPv4, else those of IPv6, as long as the shortest is good for', async () => {
  const resolver = await serve(
    '--local=/test/',
    '--local-ttl=9',
    '--host-record=both.test,10.0.0.1,2001:db8::1,4',
    '--host-record=both.test,10.0.0.2,4',
    '--host-record=six.test,2001:db8::2',
    ...['both', 'six'].map((name) => `--srv-host=${SRV},${name}.test,3000`),
  );
  const { entries, againInMs } = await ask({ dns: SRV, resolver });
  expect(entries?.map(({ host }) => host)).toEqual(['10.0.0.1', '10.0.0.2', '2001:db8::2']);
  expect(againInMs).toBe(4_000);
});

test('a name of SRV records without an address is left out and told, and the others count', async () => {
  const resolver = await serve(
    '--local=/test/',
    '--host-record=app.test,10.0.0.1',
    '--txt-record=text.test,text',
    ...['app', 'gone', 'text'].map((name) => `--srv-host=${SRV},${name}.test,3000`),
  );
  const { entries, told } = await ask({ dns: SRV, resolver });
  expect(entries?.map(({ host }) => host)).toEqual(['10.0.0.1']);
  expect(told.split(',').sort()).toEqual(['gone.test has no address', 'text.test has no address']);
});

test('where a name of SRV records can not be asked for, half an answer is none', async () => {
  const resolver = await respond((question) =>
    withAnswers(question, ({ name, type }) => {
      if (type === 'SRV')
        return ['a', 'b'].map((host) => ({
          type,
          name,
          ttl: 9,
          data: { target: `${host}.test`, port: 3000 },
        }));
      return name === 'a.test' ? [{ type: 'A', name, ttl: 9, data: '10.0.0.1' }] : null;
    }),
  );
  expect(await ask({ dns: SRV, resolver })).toMatchObject({
    entries: null,
    told: 'b.test: the DNS server fails (SERVFAIL)',
  });
});

test('an SRV record that says there is no such service lists nothing', async () => {
  const resolver = await respond((question) =>
    withAnswers(question, ({ name }) => [{ type: 'SRV', name, ttl: 9, data: { target: '.', port: 0 } }]),
  );
  expect(await ask({ dns: SRV, resolver })).toMatchObject({ entries: [], told: '' });
});

test('the addresses of a name are nodes on the port, and are asked for again when their time is over', async () => {
  const resolver = await serve(
    '--local-ttl=7',
    '--host-record=todos.test,10.0.0.2,2001:db8::1',
    '--host-record=todos.test,10.0.0.1',
  );
  const { entries, againInMs } = await ask({ dns: 'todos.test', port: 3000, resolver });
  expect(entries).toMatchObject([
    { host: '10.0.0.1', port: 3000 },
    { host: '10.0.0.2', port: 3000 },
    { host: '2001:db8::1', port: 3000 },
  ]);
  expect(againInMs).toBe(7_000);
});

test('a name without such records lists nothing', async () => {
  const resolver = await serve('--txt-record=todos.test,text', '--local=/test/');
  expect(await ask({ dns: 'todos.test', port: 3000, resolver })).toMatchObject({ entries: [], told: '' });
});

test.each([20, 300])(
  'an answer of %i records, too large for a datagram, is asked for anew over TCP',
  async (count) => {
    const records = Array.from({ length: count }, (_, i) => [
      `--srv-host=${SRV},app${i}.todos.test,3000`,
      `--host-record=app${i}.todos.test,10.0.${i >> 8}.${i & 255}`,
    ]).flat();
    const { entries } = await ask({ dns: SRV, resolver: await serve(...records) });
    expect(entries).toHaveLength(count);
  },
);

test('a datagram that is larger than it should be is taken all the same', async () => {
  let bytes = 0;
  const resolver = await respond((question) => {
    const answer = withAnswers(question, ({ name, type }) =>
      type === 'A'
        ? [{ type, name, ttl: 9, data: `10.0.0.${name.replaceAll(/\D/g, '')}` }]
        : Array.from({ length: 100 }, (_, i) => ({
            type: 'SRV',
            name,
            ttl: 9,
            data: { target: `app${i}.todos.test`, port: 3000 },
          })),
    );
    bytes = Math.max(bytes, answer.length);
    return answer;
  });
  expect((await ask({ dns: SRV, resolver })).entries).toHaveLength(100);
  expect(bytes).toBeGreaterThan(4096);
});

test('of a name that leads to another the least time counts', async () => {
  const resolver = await serve(
    '--local-ttl=9',
    '--host-record=first.test,10.0.0.1,8',
    '--cname=todos.test,first.test,3',
    '--host-record=second.test,10.0.0.2,4',
    '--cname=shop.test,second.test,7',
    '--local=/test/',
  );
  const first = await ask({ dns: 'todos.test', port: 3000, resolver });
  expect(first).toMatchObject({ entries: [{ host: '10.0.0.1' }], againInMs: 3000 });
  const second = await ask({ dns: 'shop.test', port: 3000, resolver });
  expect(second).toMatchObject({ entries: [{ host: '10.0.0.2' }], againInMs: 4000 });
});

test("of the system's servers the next one is asked where the first is silent or fails", async () => {
  const silent = await respond(() => null);
  const failing = await respond((question) => withFlags(question, 0x8182));
  const good = await serve(`--srv-host=${SRV},app.test,3000`);
  const before = dns.getServers();
  onTestFinished(() => useServers(before));
  useServers([silent, failing, good]);
  const question = { name: SRV, type: 'SRV', server: null, timeoutMs: 300 } as const;
  expect(await nodeSystem.lookUp(question, new AbortController().signal)).toMatchObject([
    { host: 'app.test' },
  ]);
  useServers([silent]);
  await expect(nodeSystem.lookUp(question, new AbortController().signal)).rejects.toMatchObject({
    code: 'ETIMEDOUT',
  });
});

test('a name is asked for as it is written, without a domain that the system would add', async () => {
  const asked: string[] = [];
  const resolver = await respond((question) => {
    asked.push(...(decode(question).questions ?? []).map(({ name }) => name));
    return withFlags(question, 0x8183);
  });
  expect((await ask({ dns: 'todos', port: 3000, resolver })).told).toContain('NXDOMAIN');
  expect(new Set(asked)).toEqual(new Set(['todos']));
});

test('a name that is not there is a failure, and no empty list', async () => {
  const resolver = await serve('--local=/test/');
  expect(await ask({ dns: SRV, resolver })).toMatchObject({
    entries: null,
    told: `${SRV}: there is no such name (NXDOMAIN)`,
  });
});

test('a server that fails is a failure', async () => {
  const resolver = await respond((question) => withFlags(question, 0x8182));
  expect(await ask({ dns: SRV, resolver })).toMatchObject({
    entries: null,
    told: `${SRV}: the DNS server fails (SERVFAIL)`,
  });
});

test.each<[string, (question: Buffer) => Buffer, string]>([
  ['refuses', (question) => withFlags(question, 0x8185), 'the DNS server refuses the question'],
  [
    'breaks off',
    (question) => withFlags(question, 0x8180).subarray(0, 20),
    'the DNS server answers nonsense',
  ],
  ['echoes', (question) => question, 'the DNS server answers nonsense'],
  ['answers with records it does not have', promising, 'the DNS server answers nonsense'],
  ['can not be asked over TCP', (question) => withFlags(question, 0x8380), 'no DNS server listens there'],
])('a server that %s is a failure', async (_what, answer, told) => {
  expect(await ask({ dns: SRV, resolver: await respond(answer) })).toMatchObject({
    entries: null,
    told: `${SRV}: ${told}`,
  });
});

test('a port where nobody listens is a failure at once', async () => {
  const [port = 0] = await freePorts(1);
  const began = performance.now();
  expect((await ask({ dns: SRV, resolver: `127.0.0.1:${port}` })).told).toContain('no DNS server listens');
  expect(performance.now() - began).toBeLessThan(2000);
});

test('an answer to another question is passed over, and a server that fails once is asked again', async () => {
  let asked = 0;
  const resolver = await respond((question) => {
    const other = withFlags(question, 0x8180);
    other.writeUInt16BE(question.readUInt16BE() ^ 1);
    return [other, withFlags(question, ++asked === 1 ? 0x8182 : 0x8180)];
  });
  expect(await ask({ dns: SRV, resolver })).toMatchObject({ entries: [], told: '' });
  expect(asked).toBe(2);
});

test('a server is asked by IPv6', async () => {
  const resolver = await respond((question) => withFlags(question, 0x8180), 'udp6');
  expect(resolver).toContain('[::1]:');
  expect(await ask({ dns: SRV, resolver })).toMatchObject({ entries: [], told: '' });
});

test('where one of two questions fails, half an answer is none', async () => {
  const resolver = await respond((question) => {
    const isSix = question.includes(Buffer.from([0, 28, 0, 1]));
    return withFlags(question, isSix ? 0x8182 : 0x8180);
  });
  expect((await ask({ dns: 'todos.test', port: 3000, resolver })).entries).toBeNull();
});

test('no server is a failure, and the signal ends the waiting', async () => {
  const resolver = await respond(() => null);
  const stopping = new AbortController();
  const asking = ask({ dns: SRV, resolver }, stopping.signal);
  stopping.abort();
  expect((await asking).entries).toBeNull();
});

/** What the system's resolv.conf would say. */
const useServers = (servers: readonly string[]): void => {
  dns.setServers(servers);
  syncBuiltinESMExports(); // else `import { getServers }` goes on telling the old ones
};

/** An answer with these records; null for SERVFAIL. */
const withAnswers = (question: Buffer, records: (asked: Question) => readonly Answer[] | null): Buffer => {
  const packet = decode(question);
  const [asked] = packet.questions as [Question];
  const answers = records(asked);
  return answers === null
    ? withFlags(question, 0x8182)
    : encode({ ...packet, type: 'response', answers: [...answers] });
};

/** The question as an answer with these flags, and no records. */
const withFlags = (question: Buffer, flags: number): Buffer => {
  const answer = Buffer.from(question);
  answer.writeUInt16BE(flags, 2);
  return answer;
};

function promising(question: Buffer): Buffer {
  const answer = withFlags(question, 0x8180);
  answer.writeUInt16BE(3, 6);
  return answer;
}

/** A DNS server that answers each question by a function; null for silence. */
const respond = async (
  answer: (question: Buffer) => Buffer | readonly Buffer[] | null,
  type: 'udp4' | 'udp6' = 'udp4',
): Promise<string> => {
  const socket = createSocket(type);
  socket.on('message', (question, { port, address }) => {
    for (const text of [answer(question) ?? []].flat()) socket.send(text, port, address);
  });
  socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  stops.push(async () => void socket.close());
  const { port } = socket.address();
  return type === 'udp4' ? `127.0.0.1:${port}` : `[::1]:${port}`;
};
