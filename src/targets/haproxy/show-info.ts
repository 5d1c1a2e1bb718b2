/** What a worker tells of itself. */
export interface WorkerInfo {
  readonly pid: number;
  /** The generation of its configuration; null where that tells none. */
  readonly generation: string | null;
  /** It has been replaced, and serves only what it had. */
  readonly stopping: boolean;
}

/** A worker's answer to `show info`; null where it is something else. */
export const parseShowInfo = (answer: string): WorkerInfo | null => {
  const value = (name: string): string | null =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(answer)?.[1]?.trim() ?? null;
  const pid = value('Pid');
  if (value('Name') !== 'HAProxy' || pid === null || !/^[1-9][0-9]*$/.test(pid)) return null;
  const [, generation = null] = /^meteor-lb (\S+)$/.exec(value('description') ?? '') ?? [];
  return { pid: Number(pid), generation, stopping: value('Stopping') === '1' };
};
