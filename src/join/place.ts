/** Where nodes list themselves. All reject with LbError, or the error of a system or a network. */
export interface Place {
  /** For people, as `directory nodes.d`. */
  readonly name: string;
  /** How often what is listed has to be kept alive. */
  readonly beatMs: number;
  put(id: string, text: string): Promise<void>;
  /** Nothing where it is not listed. */
  remove(id: string): Promise<void>;
  /** Keeps what is listed alive; the ids that are listed no more. */
  keep(ids: readonly string[]): Promise<readonly string[]>;
  /** Leaves nothing behind. */
  close(): Promise<void>;
}
