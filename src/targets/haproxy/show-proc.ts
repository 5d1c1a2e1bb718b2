/** The processes of a HAProxy, as its master tells them. */
export interface Processes {
  readonly master: number;
  /** How often it has been told to reload. */
  readonly reloads: number;
  /** More than 0 where the last reload failed. */
  readonly failed: number;
  /** Serve the configuration that was loaded last with success. */
  readonly workers: readonly Worker[];
  /** Serve what they had when they were replaced. */
  readonly oldWorkers: readonly Worker[];
}

interface Worker {
  readonly pid: number;
  /** How many reloads it has seen. */
  readonly reloads: number;
  readonly version: string;
}

/** The master's answer to `show proc`; null where it is something else, as it is while the master executes itself. */
export const parseShowProc = (answer: string): Processes | null => {
  const [head = '', ...lines] = answer.split('\n');
  if (!head.startsWith('#<PID>')) return null;
  const columns = [...head.matchAll(/<[^>]+>/g)].map(([name]) => name);
  const [first, workers, oldWorkers] = sections(lines);
  const [master] = rows(first, columns, 'master');
  if (master === undefined) return null;
  const failed = Number(/\[failed: ([0-9]+)\]/.exec(answer)?.[1] ?? 0);
  const current = rows(workers, columns, 'worker');
  const old = rows(oldWorkers, columns, 'worker');
  return {
    master: master.pid,
    reloads: master.reloads,
    failed,
    ...(failed > 0 && current.length === 0 ? takeYoungest(old) : { workers: current, oldWorkers: old }),
  };
};

/** After a failed reload HAProxy 3.2 lists the worker that serves on as an old one, and none as current. */
const takeYoungest = (old: readonly Worker[]): Pick<Processes, 'workers' | 'oldWorkers'> => {
  const youngest = Math.min(...old.map(({ reloads }) => reloads));
  return {
    workers: old.filter(({ reloads }) => reloads === youngest),
    oldWorkers: old.filter(({ reloads }) => reloads !== youngest),
  };
};

/** The lines before the first title, and those of the workers and the old workers. */
const sections = (
  lines: readonly string[],
): readonly [readonly string[], readonly string[], readonly string[]] => {
  const under = (title: string): readonly string[] => {
    const start = lines.indexOf(title) + 1;
    return start === 0 ? [] : untilTitle(lines.slice(start));
  };
  return [untilTitle(lines), under('# workers'), under('# old workers')];
};

const untilTitle = (lines: readonly string[]): readonly string[] => {
  const end = lines.findIndex((line) => line.startsWith('#'));
  return end === -1 ? lines : lines.slice(0, end);
};

/** The processes of a type. Columns are found by their titles: 2.4 has one more. */
const rows = (lines: readonly string[], columns: readonly string[], type: string): readonly Worker[] =>
  lines.flatMap((line) => {
    const words = line
      .replace(/\[failed: [0-9]+\]/, '')
      .trim()
      .split(/\s+/);
    const word = (column: string): string => words[columns.indexOf(column)] ?? '';
    return word('<type>') === type && /^[0-9]+$/.test(word('<PID>'))
      ? [{ pid: Number(word('<PID>')), reloads: Number(word('<reloads>')), version: word('<version>') }]
      : [];
  });
