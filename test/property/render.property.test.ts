import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { targetNames } from '../../src/targets/registry.ts';
import { parseHaproxy } from '../support/haproxy-syntax.ts';
import { parseNginx } from '../support/nginx-syntax.ts';
import { writtenCluster } from './arbitrary-cluster.ts';
import { renderWritten } from './render-written.ts';
import { reordered } from './reordered.ts';
import type { Written } from './written.ts';

const PARSERS = { nginx: parseNginx, haproxy: parseHaproxy } as const;

describe.each(targetNames)('%s: any valid description', { timeout: 120_000 }, (target) => {
  test('is rendered, in the syntax of the proxy', async () => {
    await fc.assert(
      fc.asyncProperty(writtenCluster, async (description) => {
        expect(PARSERS[target](await renderWritten(description, target))).not.toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('gives the same bytes each time, whatever the order of its keys, apps, nodes and domains', async () => {
    await fc.assert(
      fc.asyncProperty(writtenCluster, fc.nat(), async (description, seed) => {
        const text = await renderWritten(description, target);
        expect(await renderWritten(description, target)).toBe(text);
        expect(await renderWritten(reordered(description, seed) as Written, target)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});
