import { expect, test } from 'vitest';
import { LbError } from '../../src/diagnostics/lb-error.ts';
import { chooseHost } from '../../src/join/choose-host.ts';

const directory = { directory: 'nodes.d' };
const etcd = { etcd: { endpoints: ['http://10.0.0.1:2379'], prefix: '/todos' } };

test.each([
  ['nothing, with a directory', undefined, undefined, directory, '127.0.0.1', 0],
  ['an empty BIND_IP, with a directory', undefined, '', directory, '127.0.0.1', 0],
  ['BIND_IP', undefined, '10.0.0.11', etcd, '10.0.0.11', 0],
  ['BIND_IP in a long form', undefined, '2001:DB8:0::1', etcd, '2001:db8::1', 0],
  ['--host beside the same BIND_IP', '::1', '0:0:0:0:0:0:0:1', directory, '::1', 0],
  ['--host beside another BIND_IP', '10.0.0.11', '0.0.0.0', etcd, '10.0.0.11', 1],
  ['--host beside a BIND_IP that is a name', '10.0.0.11', 'localhost', etcd, '10.0.0.11', 1],
  ['every address as BIND_IP, with a directory', undefined, '0.0.0.0', directory, '127.0.0.1', 1],
  ['every address of IPv6 as BIND_IP', undefined, '0:0::0', directory, '127.0.0.1', 1],
  ['a loopback address, with etcd', '127.0.0.2', undefined, etcd, '127.0.0.2', 1],
] as const)('%s', (_what, given, bound, source, host, notes) => {
  const chosen = chooseHost(given, bound, source);
  expect(chosen.host).toBe(host);
  expect(chosen.notes).toHaveLength(notes);
});

test.each([
  ['nothing', undefined, undefined, etcd, '--host is missing'],
  ['every address as --host', '0.0.0.0', undefined, directory, '--host "0.0.0.0" is not right'],
  ['every address as BIND_IP', undefined, '::', etcd, 'BIND_IP is ::, which is every address'],
  ['a BIND_IP that is a name', undefined, 'localhost', directory, 'BIND_IP "localhost" is not an IP address'],
  ['a BIND_IP with a zone', undefined, 'fe80::1%eth0', directory, 'is not an IP address'],
] as const)('%s is refused', (_what, given, bound, source, message) => {
  const choose = () => chooseHost(given, bound, source);
  expect(choose).toThrow(LbError);
  expect(choose).toThrow(message);
});
