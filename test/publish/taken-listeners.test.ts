import { expect, test } from 'vitest';
import { takenListeners } from '../../src/publish/taken-listeners.ts';
import { planOf } from '../plan/planned.ts';

/** A plan that listens there; without an address it is every one. */
const listening = (...places: readonly string[]) =>
  planOf({
    listen: places.map((place) => {
      const [, address, port] = /^(?:(.*):)?([0-9]+)$/.exec(place) ?? [];
      return { port: Number(port), ...(address === undefined ? {} : { address }) };
    }),
    apps: { todos: { nodes: ['10.0.0.1:3000'] } },
  });

test.each([
  ['the same place', ['127.0.0.1:80'], ['127.0.0.1:80'], []],
  ['another port', ['127.0.0.1:80'], ['127.0.0.1:80', '127.0.0.1:81'], ['127.0.0.1:81']],
  ['another port of every address', ['80'], ['80', '81'], ['0.0.0.0:81']],
  ['another address of a known port', ['127.0.0.1:80'], ['127.0.0.2:80'], ['127.0.0.2:80']],
  ['an IPv6 address of a known port', ['127.0.0.1:80'], ['127.0.0.1:80', '::1:80'], ['::1:80']],
  ['an address of a port that the proxy has on every one', ['80'], ['127.0.0.1:80'], []],
  ['every address of a port that the proxy has on one', ['127.0.0.1:80'], ['80'], []],
  ['an address of a port that the proxy has on every IPv6 one', [':::80'], ['127.0.0.1:80'], []],
] as const)('whether another process has %s', async (_what, before, after, looked) => {
  const asked: string[] = [];
  const isTaken = async (host: string, port: number): Promise<boolean> => asked.push(`${host}:${port}`) > 0;
  const taken = await takenListeners(listening(...before), listening(...after), { isTaken });
  expect(asked).toEqual(looked);
  expect(taken).toEqual(looked.map((place) => `bind() to ${place}: another process listens there`));
});

test('where nothing is known of what the proxy has, it may have all', async () => {
  const isTaken = () => Promise.reject(new Error('nobody is asked'));
  expect(await takenListeners(null, listening('80'), { isTaken })).toEqual([]);
});
