// Tells what failed, and last, alone on a line, how many tests passed and failed. Arguments: what test/support/results-reporter.ts
// wrote of each run; one that wrote nothing counts as a failure. Exits 1 when anything failed.
import { existsSync, readFileSync } from 'node:fs';
import { stdout } from 'node:process';

const results = process.argv
  .slice(2)
  .map((file) =>
    existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { passed: 0, failures: [`FAILED ${file} was never written`] },
  );
const failures = results.flatMap((result) => result.failures);
const passed = results.reduce((total, result) => total + result.passed, 0);

for (const failure of failures) stdout.write(`${failure}\n\n`);
stdout.write(`${passed} passed, ${failures.length} failed\n`);
process.exitCode = failures.length > 0 ? 1 : 0;
