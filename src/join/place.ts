/** Where nodes list themselves. All reject with LbError, or the error of a system or a network; also when the signal comes, where that helps. */
export interface Place {
  /** For people, as `directory nodes.d`. */
  readonly name: string;
  /** How often what is listed has to be kept alive. */
  readonly beatMs: number;
  /** What becomes of a node that nobody takes out; for people, after the name. */
  readonly remains: string;
  put(id: string, text: string, signal: AbortSignal): Promise<void>;
  /** Nothing where it is not listed. */
  remove(id: string, signal: AbortSignal): Promise<void>;
  /**
   * Keeps alive what is listed, and tells what is there: the text of each, null where it is not listed. One that is not as it was put here,
   * as with another lease, is left out.
   */
  keep(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string | null>>;
  /** Leaves nothing behind. */
  close(signal: AbortSignal): Promise<void>;
}
