import { expect, test } from 'vitest';
import { parseServersState } from '../../src/targets/haproxy/servers-state.ts';

const HEAD =
  '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n';
const row = (words: string): string => `${words} - 0 0 - - 0\n`;

test.each([
  [
    'a server',
    '3 todos 1 a 10.0.0.1 2 0 3 1 0 8 2 0 6 0 0 0 - 3000',
    { backend: 'todos', name: 'a', id: 1, address: '10.0.0.1:3000', weight: 3, maint: false },
  ],
  [
    'in maintenance',
    '4 todos.keyed 381312 c 10.0.0.3 0 7 16 16 0 1 0 0 8 0 0 1 - 3000',
    { id: 381312, weight: 16, maint: true },
  ],
  [
    'that follows one in maintenance',
    '4 t.keyed 1 c 10.0.0.3 0 2 16 16 0 1 0 0 8 0 0 1 - 3000',
    { maint: false },
  ],
  ['on a Unix socket', '3 todos 4 u - 2 0 1 1 0 1 0 2 6 0 0 0 - 0', { address: null }],
  ['with IPv6', '3 todos 4 u ::1 2 0 1 1 0 1 0 2 6 0 0 0 - 3000', { address: '[::1]:3000' }],
  [
    'with a mapped address',
    '3 todos 4 u ::ffff:1.2.3.4 2 0 1 1 0 1 0 2 6 0 0 0 - 3000',
    { address: '[::ffff:102:304]:3000' },
  ],
])('reads a server %s', (_name, words, expected) => {
  expect(parseServersState(`${HEAD}${row(words)}\n`)).toMatchObject([expected]);
});

test('finds columns by their names, in whatever order', () => {
  const answer =
    '1\n# srv_name srv_port be_name srv_addr srv_id srv_uweight srv_admin_state\na 80 todos 10.0.0.1 7 2 1\n';
  expect(parseServersState(answer)).toEqual([
    { backend: 'todos', name: 'a', id: 7, address: '10.0.0.1:80', weight: 2, maint: true },
  ]);
});

test('reads that there are no servers', () => {
  expect(parseServersState(HEAD)).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['an error', 'Permission denied\n'],
  ['another version', HEAD.replace('1', '2')],
  ['a row cut short', `${HEAD}3 todos 1 a 10.0.0.1 2\n`],
  ['a weight that is none', `${HEAD}${row('3 todos 1 a 10.0.0.1 2 0 x 1 0 8 2 0 6 0 0 0 - 3000')}`],
])('reads nothing from %s', (_name, answer) => {
  expect(parseServersState(answer)).toBeNull();
});
