import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startJudge } from '../support/judge.ts';
import { installedProxies } from '../support/proxies.ts';
import { writtenCluster } from './arbitrary-cluster.ts';
import { machineOf } from './machine-of.ts';
import { renderWritten } from './render-written.ts';

/** Two at a time: checks run in processes of their own. */
describe.concurrent('what is rendered for the version of', { timeout: 120_000 }, () => {
  test.for(installedProxies())('$proxy $version is accepted without a word', async (proxy) => {
    const judge = await startJudge(proxy);
    try {
      await fc.assert(
        fc.asyncProperty(writtenCluster, async (description) => {
          const text = await renderWritten(description, proxy.proxy, { proxyVersion: proxy.version });
          const verdict = await judge.judge(text, machineOf(description));
          expect(verdict).toEqual({ status: 0, complaints: [] });
        }),
        { numRuns: 60 },
      );
    } finally {
      await judge.close();
    }
  });
});
