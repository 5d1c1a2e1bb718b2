import { expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import type { OutputReport } from '../../../src/reconcile/publish-output.ts';
import type { RunReport } from '../../../src/reconcile/run.ts';
import { createRunTeller } from '../../../src/watch/log/tell-run.ts';
import { heardLog } from './heard-log.ts';

const warning = (message: string): Diagnostic => ({
  severity: 'warning',
  code: 'no-ready-node',
  message,
  hint: null,
  path: [],
  place: null,
});

test('what is found in the description is said once, however many proxies are kept', () => {
  const { lines, log } = heardLog();
  const common = warning('of the description');
  const outputs = (['nginx', 'haproxy'] as const).map(
    (target) =>
      ({
        target,
        file: `${target}.cfg`,
        diagnostics: [common, warning(`of ${target}`)],
        result: { outcome: 'none' },
        ms: 1,
      }) as unknown as OutputReport,
  );
  const report = { outputs, notices: [], diagnostics: [common] } as unknown as RunReport;
  createRunTeller(log).report(report);
  expect(lines.filter((line) => line.startsWith('warn '))).toEqual([
    'warn of the description',
    'warn of nginx',
    'warn of haproxy',
  ]);
});
