import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { startJudge } from '../support/judge.ts';
import { installedProxies } from '../support/proxies.ts';
import { writtenCluster } from './arbitrary-cluster.ts';
import { machineOf } from './machine-of.ts';
import { renderWritten } from './render-written.ts';

describe.concurrent('explore', { timeout: 600_000 }, () => {
  test.for(installedProxies())('$proxy $version', async (proxy) => {
    const judge = await startJudge(proxy);
    const kinds = new Map<string, { n: number; first: string; d: unknown; size: number }>();
    const N = Number(process.env.N ?? 60);
    let i = 0;
    for (const d of fc.sample(writtenCluster, { numRuns: N, seed: Number(process.env.SEED ?? 1) })) {
      i++;
      let lines: readonly string[] = [];
      let text = '';
      try {
        text = await renderWritten(d, proxy.proxy, { proxyVersion: proxy.version });
        const v = await judge.judge(text, machineOf(d));
        lines = v.complaints;
        if (v.status !== 0 && lines.length === 0) lines = [`status ${v.status}`];
      } catch (e) {
        lines = [`THROW ${(e as Error).message} ${JSON.stringify((e as any).diagnostics)}`];
      }
      for (const l of lines) {
        const k = l
          .replace(/^.*\d+#\d+: |^\[\w+\]\s+\(\d+\) : /, '')
          .replace(/\[\/tmp[^\]]*\]/, '')
          .replace(/\/tmp\/\S*/g, 'F')
          .replaceAll(/"[^"]*"/g, '"X"')
          .replaceAll(/'[^']*'/g, "'X'")
          .replaceAll(/\d+/g, '9')
          .slice(0, 120);
        const e = kinds.get(k);
        const size = JSON.stringify(d).length;
        if (!e) kinds.set(k, { n: 1, first: l, d, size });
        else {
          e.n++;
          if (size < e.size) {
            e.first = l;
            e.d = d;
            e.size = size;
          }
        }
      }
    }
    await judge.close();
    writeFileSync(
      `/tmp/explore-${proxy.proxy}-${proxy.version}.json`,
      JSON.stringify([...kinds.values()], null, 1),
    );
    process.stdout.write(
      `== ${proxy.proxy} ${proxy.version} (${i})\n` +
        [...kinds.values()]
          .map((e) => `${e.n}x ${e.first.slice(0, 300)}\n      ${JSON.stringify(e.d).slice(0, 300)}\n`)
          .join('') +
        '\n',
    );
  });
});
