import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { targetNames } from '../../src/targets/registry.ts';
import { writtenCluster } from './arbitrary-cluster.ts';
import { renderWritten } from './render-written.ts';

describe.each(targetNames)('%s', (target) => {
  test('every valid description is rendered', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(writtenCluster, async (description) => {
        expect(await renderWritten(description, target)).not.toBe('');
      }),
      { numRuns: 150 },
    );
  });
});
