import type { ChildProcess } from 'node:child_process';

/** A running meteor-lb. */
export interface RunningCli {
  readonly pid: number;
  /** What it said so far. */
  said(): string;
  /** Resolves with the line when it says something, from now on or, with `all`, ever; rejects when it ends before, or after a time. */
  says(pattern: RegExp, options?: { readonly all?: boolean; readonly withinMs?: number }): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** What a process says from now on is heard. */
export const runningCli = (child: ChildProcess): RunningCli => {
  let said = '';
  const hearers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      for (const hear of hearers) hear();
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      resolve(code ?? signal ?? 0);
      for (const hear of hearers) hear();
    });
  });
  return {
    pid: child.pid ?? 0,
    said: () => said,
    says: (pattern, { all = false, withinMs = 20_000 } = {}) => {
      const from = all ? 0 : said.length;
      return new Promise((resolve, reject) => {
        const finish = (action: () => void): void => {
          clearTimeout(timer);
          hearers.delete(hear);
          action();
        };
        const fail = (why: string): void =>
          finish(() => reject(new Error(`it did not say ${pattern}, ${why}; it said:\n${said}`)));
        const hear = (): void => {
          const line = said
            .slice(from)
            .split('\n')
            .find((one) => pattern.test(one));
          if (line !== undefined) finish(() => resolve(line));
          else if (child.exitCode !== null || child.signalCode !== null) fail('and ended');
        };
        const timer = setTimeout(() => fail(`within ${withinMs} ms`), withinMs);
        hearers.add(hear);
        hear();
      });
    },
    kill: (signal) => void child.kill(signal),
    ended,
  };
};
