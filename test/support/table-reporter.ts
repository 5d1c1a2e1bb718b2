import { stdout } from 'node:process';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** Sessions that the test opened, and how many of them were lost. */
    sessions?: { readonly opened: number; readonly lost: number };
  }
}

/** Prints one table at the end: a row for each case, a column for each proxy. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cells = new Map<string, Map<string, string>>();
    const proxies = new Set<string>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const [group = '', ...rest] = test.fullName.split(' > ');
      const [proxy = '', suite = ''] = group.split(/: (.*)/);
      proxies.add(proxy);
      const name = [suite, ...rest].join(' > ');
      const row = cells.get(name) ?? new Map<string, string>();
      cells.set(name, row.set(proxy, verdict(test)));
    }
    stdout.write(table([...proxies].sort(byVersion), cells));
  }
}

const verdict = (test: TestCase): string => {
  const { state } = test.result();
  const { sessions } = test.meta();
  const word = state === 'passed' ? 'passed' : state.toUpperCase();
  return sessions ? `${word}, ${sessions.lost}/${sessions.opened} lost` : word;
};

const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

const table = (
  proxies: readonly string[],
  cells: ReadonlyMap<string, ReadonlyMap<string, string>>,
): string => {
  const rows = [...cells].map(([name, row]) => [...proxies.map((proxy) => row.get(proxy) ?? '-'), name]);
  const all = [[...proxies, 'case'], ...rows];
  const widths = proxies.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `\n${lines.join('\n')}\n`;
};
