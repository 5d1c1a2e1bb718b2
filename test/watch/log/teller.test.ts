import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTeller } from '../../../src/watch/log/teller.ts';
import { heardLog } from './heard-log.ts';

const hear = () => {
  const { lines, log } = heardLog();
  return { lines, teller: createTeller(log) };
};

test('a thing that stays true is said once, then only to those who debug', () => {
  const { lines, teller } = hear();
  for (const words of ['a', 'a', 'b', 'a']) teller.say('nginx', 'error', words);
  teller.say('haproxy', 'error', 'a');
  expect(lines).toEqual(['error a', 'debug a', 'error b', 'error a', 'error a']);
});

test('what was forgotten is said again', () => {
  const { lines, teller } = hear();
  teller.say('x', 'warn', 'a');
  teller.sayAll('x', [{ level: 'warn', message: 'b' }]);
  teller.forget('x');
  teller.say('x', 'warn', 'a');
  teller.sayAll('x', [{ level: 'warn', message: 'b' }]);
  expect(lines).toEqual(['warn a', 'warn b', 'warn a', 'warn b']);
});

test('of all that is to be said, what came since is said; where something has gone, all that is left', () => {
  const message = fc.constantFrom('a', 'b', 'c');
  fc.assert(
    fc.property(fc.array(fc.array(message, { maxLength: 4 }), { maxLength: 8 }), (rounds) => {
      const { lines, teller } = hear();
      const expected: string[] = [];
      let before = new Set<'a' | 'b' | 'c'>();
      for (const round of rounds) {
        teller.sayAll(
          'x',
          round.map((one) => ({ level: 'warn' as const, message: one })),
        );
        const now = new Set(round);
        const isMended = [...before].some((one) => !now.has(one));
        expected.push(...[...now].filter((one) => isMended || !before.has(one)).map((one) => `warn ${one}`));
        before = now;
      }
      expect(lines).toEqual(expected);
    }),
  );
});
