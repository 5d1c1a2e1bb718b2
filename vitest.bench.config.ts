import { defineConfig } from 'vitest/config';
import { ResultsReporter } from './test/support/results-reporter.ts';

/** Where .ci/run wants the results, to tell them in its end. */
const results = process.env.METEOR_LB_RESULTS;

export default defineConfig({
  test: {
    include: ['test/bench/**/*.test.ts'],
    reporters: ['default', ...(results ? [new ResultsReporter(results)] : [])],
    testTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
