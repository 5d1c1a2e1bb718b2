import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { LbError } from '../../diagnostics/lb-error.ts';
import { describeReport } from '../../reconcile/describe-report.ts';
import type { OutputReport } from '../../reconcile/publish-output.ts';
import type { RunReport } from '../../reconcile/run.ts';
import { isRetried } from '../proxies/ledger.ts';
import { diagnosticLine } from './diagnostic-line.ts';
import type { Log } from './log.ts';
import { createTeller } from './teller.ts';

/** Tells how runs went, without saying twice what has not changed. */
export interface RunTeller {
  report(report: RunReport): void;
  /** A run that came to nothing. */
  failure(error: LbError): void;
  /** Apps where so many nodes fail their checks that not all are taken out. */
  doubted(apps: readonly string[]): void;
  /** Files can't be watched well. */
  files(error: unknown): void;
}

export const createRunTeller = (log: Log): RunTeller => {
  const teller = createTeller(log);
  let isTroubled = false;

  /** All but what was found whatever the output, which is said once for all. */
  const tellOutput = (output: OutputReport, common: readonly Diagnostic[]): void => {
    const { target, result, ms } = output;
    const errors = result.outcome === 'failed' ? result.error.diagnostics : [];
    const lines = new Set(common.map(diagnosticLine));
    const findings = [...output.diagnostics, ...errors].filter(
      (found) => found.severity !== 'info' && !lines.has(diagnosticLine(found)),
    );
    teller.sayAll(`${target} findings`, findings.map(toLine));
    const { level, message, hint } = describeReport(output);
    const fields = { ms: Math.round(ms) };
    if (level === 'info') log.info(withHint(message, hint), fields);
    else teller.say(target, level, withHint(message, hint), fields);
    if (level === 'info' || level === 'debug') teller.forget(target);
  };

  return {
    report: ({ outputs, notices, diagnostics }) => {
      teller.forget('failure');
      teller.sayAll(
        'notices',
        notices.map(({ kind, app, message }) => ({
          level: kind === 'guard' ? 'error' : 'warn',
          message: `${app}: ${message}`,
        })),
      );
      teller.sayAll('description', diagnostics.filter(({ severity }) => severity === 'warning').map(toLine));
      for (const output of outputs) tellOutput(output, diagnostics);
      const wasTroubled = isTroubled;
      isTroubled =
        notices.some(({ kind }) => kind === 'guard') ||
        outputs.some((output) => isRetried(output) || output.result.outcome === 'stopped');
      if (wasTroubled && !isTroubled) log.info('all is in step again');
    },
    failure: (error) => {
      isTroubled = true;
      const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
      teller.sayAll('description', errors.map(toLine));
      teller.say('failure', 'error', `${withHint(error.message, error.hint)}; what is served stays`);
    },
    doubted: (apps) =>
      teller.sayAll(
        'probes',
        apps.map((app) => ({
          level: 'warn',
          message: `so many nodes of ${app} fail their checks that none that is listed is taken out: the checks may be at fault`,
        })),
      ),
    files: (error) => {
      const words = error instanceof Error ? error.message : String(error);
      teller.say('files', 'warn', `files can not be watched well: ${words}`);
    },
  };
};

const withHint = (message: string, hint: string | null): string =>
  hint === null ? message : `${message} (${hint})`;

const toLine = (diagnostic: Parameters<typeof diagnosticLine>[0]) => ({
  level: diagnostic.severity === 'error' ? ('error' as const) : ('warn' as const),
  message: diagnosticLine(diagnostic),
});
