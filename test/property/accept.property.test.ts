import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startJudge } from '../support/judge.ts';
import { installedProxies } from '../support/proxies.ts';
import { writtenCluster } from './arbitrary-cluster.ts';
import { machineOf } from './machine-of.ts';
import { renderWritten } from './render-written.ts';

const proxies = installedProxies();

/** The system's own come first. */
const isSystems = (proxy: (typeof proxies)[number]): boolean =>
  proxies.find(({ proxy: kind }) => kind === proxy.proxy) === proxy;

/** The proxies run beside one another. */
describe.concurrent('any valid description, rendered for its version,', { timeout: 300_000 }, () => {
  test.for(proxies)('is accepted by $proxy $version without a word', async (proxy) => {
    const judge = await startJudge(proxy);
    try {
      await fc.assert(
        fc.asyncProperty(writtenCluster, async (description) => {
          const text = await renderWritten(description, proxy.proxy, { proxyVersion: proxy.version });
          const verdict = await judge.judge(text, machineOf(description));
          expect(verdict).toEqual({ status: 0, complaints: [] });
        }),
        { numRuns: isSystems(proxy) ? 100 : 25 },
      );
    } finally {
      await judge.close();
    }
  });
});
