/** States of a node, as a proxy is told. */
export const NODE_STATES = ['ready', 'drain', 'down'] as const;
export type NodeCounts = Readonly<Record<(typeof NODE_STATES)[number], number>>;

/** How one proxy's configuration fares. */
export interface OutputStatus {
  readonly target: string;
  readonly file: string;
  /** The one that is in force; null while that is not known. */
  readonly generation: string | null;
  /** `waiting`: the configuration is in force but for a reload, which waits until old workers have ended. */
  readonly state: 'ok' | 'failing' | 'waiting';
  readonly problem: string | null;
  /** By the clock of System.now; null where there was none yet. */
  readonly lastSuccessMs: number | null;
  /** What was done last, in words; null where nothing was. */
  readonly lastChange: string | null;
  readonly oldWorkers: number;
  readonly nodes: NodeCounts;
}

export interface WatchStatus {
  readonly outputs: readonly OutputStatus[];
  /** The nodes of each app, in the states that the first proxy has them in. */
  readonly apps: readonly { readonly app: string; readonly nodes: NodeCounts }[];
  /** Drops of nodes that were refused. */
  readonly guards: readonly { readonly app: string; readonly reason: string }[];
  readonly sources: readonly SourceStatus[];
}

interface SourceStatus {
  readonly name: string;
  readonly ok: boolean;
  readonly failures: number;
  readonly problem: string | null;
}

/** What is told of a watch to those who ask whether it is ready. */
export interface Readiness {
  readonly ready: boolean;
  readonly body: {
    readonly ready: boolean;
    readonly outputs: readonly OutputReadiness[];
    readonly guards: WatchStatus['guards'];
    readonly sources: WatchStatus['sources'];
  };
}

interface OutputReadiness extends Pick<OutputStatus, 'target' | 'file' | 'state' | 'problem' | 'generation'> {
  readonly secondsSinceSuccess: number | null;
  readonly oldWorkers: number;
  readonly nodes: NodeCounts;
}

/**
 * Whether every proxy has what the cluster asks for. A reload that waits for old workers is ready, for it may wait
 * for an hour; a source that fails is ready, for what it last said is kept.
 */
export const readiness = (status: WatchStatus, now: number): Readiness => {
  const { outputs, guards, sources } = status;
  const inForce = outputs.every(({ state }) => state === 'ok' || state === 'waiting');
  const ready = outputs.length > 0 && inForce && guards.length === 0;
  return {
    ready,
    body: { ready, outputs: outputs.map((output) => outputReadiness(output, now)), guards, sources },
  };
};

const outputReadiness = (output: OutputStatus, now: number): OutputReadiness => {
  const { target, file, state, problem, generation, oldWorkers, nodes } = output;
  const secondsSinceSuccess = sinceSuccess(output, now);
  return { target, file, state, problem, generation, secondsSinceSuccess, oldWorkers, nodes };
};

/** Seconds since the output's last success, to the millisecond; null where there was none. */
export const sinceSuccess = ({ lastSuccessMs }: OutputStatus, now: number): number | null =>
  lastSuccessMs === null ? null : Math.round(now - lastSuccessMs) / 1000;
