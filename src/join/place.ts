/** Where nodes list themselves. All reject with LbError, or the error of a system or a network; also when the signal comes, where that helps. */
export interface Place {
  /** For people, as `directory nodes.d`. */
  readonly name: string;
  /** How often what is listed has to be kept alive. */
  readonly beatMs: number;
  /** What becomes of a node that nobody takes out; for people, after the name. */
  readonly remains: string;
  /** null when it is listed; otherwise why this one can't be, in words, while others may be. */
  put(id: string, text: string, signal: AbortSignal): Promise<string | null>;
  /** null when nothing of this join is listed there, nor of one that has ended; otherwise why it can't be taken out. */
  remove(id: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Keeps alive what is listed, and tells what is there: the text of each, null where it is not listed. One that is not as it was put here,
   * as with another lease, is left out.
   */
  keep(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string | null>>;
  /** Takes away what joins left that ended long ago; the ids. Never rejects. */
  tidy(): Promise<readonly string[]>;
  /** Leaves nothing behind. */
  close(signal: AbortSignal): Promise<void>;
}
