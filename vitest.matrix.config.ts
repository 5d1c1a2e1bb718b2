import { defineConfig } from 'vitest/config';
import { ResultsReporter } from './test/support/results-reporter.ts';
import { TableReporter } from './test/support/table-reporter.ts';

/** Where .ci/run wants the results, to tell them in its end. */
const results = process.env.METEOR_LB_RESULTS;

export default defineConfig({
  test: {
    include: [
      'test/e2e/**/*.test.ts',
      'test/control/**/*.test.ts',
      'test/matrix/**/*.test.ts',
      'test/faults/proxy-faults.test.ts',
    ],
    env: { METEOR_LB_PROXY_MATRIX: '1' },
    reporters: ['default', new TableReporter(), ...(results ? [new ResultsReporter(results)] : [])],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
