import { expect, test, vi } from 'vitest';
import { nodeSystem } from '../../src/platform/node-system.ts';

test('the time that runs are told by goes on, though the clock on the wall jumps', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const before = nodeSystem.now();
    for (const date of ['2001-01-01', '2101-01-01']) {
      vi.setSystemTime(new Date(date));
      const passed = nodeSystem.now() - before;
      expect(passed).toBeGreaterThanOrEqual(0);
      expect(passed).toBeLessThan(60_000);
    }
  } finally {
    vi.useRealTimers();
  }
});
