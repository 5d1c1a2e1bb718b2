import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** What .ci/run tells in its end, of one run of vitest. */
interface Results {
  readonly passed: number;
  /** Tests that failed, files that could not be run, and errors that nobody caught: each fails the run. */
  readonly failures: readonly string[];
}

const MOST_LINES = 12;

/** Writes the results of a run to a file, as JSON. */
export class ResultsReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const results: Results = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failures: [
        ...modules.flatMap(failuresAround),
        ...tests.flatMap(failureOf),
        ...unhandled.map((error) => failure('nobody caught', error)),
      ],
    };
    writeFileSync(this.#file, JSON.stringify(results));
  }
}

/** Those of the file itself, and of hooks. */
const failuresAround = (module: TestModule): readonly string[] =>
  [module, ...module.children.allSuites()].flatMap((around) =>
    around.errors().map((error) => failure(module.relativeModuleId, error)),
  );

const failureOf = (test: TestCase): readonly string[] => {
  const { state, errors = [] } = test.result();
  if (state !== 'failed') return [];
  const name = `${test.module.relativeModuleId}: ${test.fullName}`;
  return [errors.map((error) => failure(name, error)).join('\n')];
};

const failure = (name: string, { message, diff, stack }: SerializedError): string => {
  const where = (stack ?? '').split('\n').filter((line) => line.includes('/test/'));
  const lines = [message, ...(diff ? [diff] : []), ...where].join('\n').split('\n');
  return [`FAILED ${name}`, ...lines.slice(0, MOST_LINES).map((line) => `  ${line}`)].join('\n');
};
