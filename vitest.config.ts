import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/matrix/**', 'test/bench/**'],
    testTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 2,
  },
});
