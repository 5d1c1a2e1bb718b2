import { expect, test } from 'vitest';
import { nodeSystem } from '../../src/platform/node-system.ts';
import { timedSignal } from '../../src/platform/timed-signal.ts';

const TEN_YEARS_MS = 3650 * 86_400_000;

test('a time that is longer than timers know is slept, and not over at once', async () => {
  const ending = new AbortController();
  const long = nodeSystem.sleep(TEN_YEARS_MS, ending.signal).then(
    () => 'over',
    () => 'ended',
  );
  await nodeSystem.sleep(50); // a timer that can't be so long rings after 1 ms
  ending.abort();
  expect(await long).toBe('ended');
});

test('nor is the time for an answer', async () => {
  const { signal, end } = timedSignal(new AbortController().signal, TEN_YEARS_MS);
  await nodeSystem.sleep(50);
  expect(signal.aborted).toBe(false);
  end();
  expect(signal.aborted).toBe(true);
});
