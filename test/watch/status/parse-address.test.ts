import { expect, test } from 'vitest';
import { LbError } from '../../../src/diagnostics/lb-error.ts';
import { parseAddress } from '../../../src/watch/status/parse-address.ts';

test.each([
  ['127.0.0.1:9180', '127.0.0.1', 9180],
  ['9180', '127.0.0.1', 9180],
  ['[::1]:9180', '::1', 9180],
  ['[::]:1', '::', 1],
  ['0.0.0.0:65535', '0.0.0.0', 65_535],
  ['localhost:9180', 'localhost', 9180],
  ['lb-1.example.com:80', 'lb-1.example.com', 80],
])('%s is read', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
});

test.each([
  '',
  ':',
  ':9180',
  '127.0.0.1',
  '127.0.0.1:',
  '127.0.0.1:0',
  '0',
  '65536',
  '127.0.0.1:99999',
  '127.0.0.256:80',
  '127.1:80',
  '::1:9180',
  '[127.0.0.1]:9180',
  '[::1]',
  '*:9180',
  'http://127.0.0.1:9180',
  '127.0.0.1:9180/metrics',
  ' 9180',
  '9180\n',
  'a b:80',
  '-a:80',
])('%j is refused', (text) => {
  expect(() => parseAddress(text)).toThrow(LbError);
  expect(() => parseAddress(text)).toThrow(expect.objectContaining({ failure: 'usage' }));
});
