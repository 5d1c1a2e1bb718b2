import type { LbError } from '../diagnostics/lb-error.ts';
import type { RunOptions } from '../reconcile/run.ts';
import type { WatchStatus } from './status/status-model.ts';

export interface FollowOptions extends RunOptions {
  /** Runs the proxies as children. */
  readonly start: boolean;
}

/** A watch that goes on. */
export interface Follower {
  /** Runs soon, whether anything changed or not. */
  runNow(): void;
  status(): WatchStatus;
  /** Whether it did something lately: a run takes seconds, and between runs it looks around every second. */
  isAlive(): boolean;
  /** Resolves when the first run is over. */
  readonly first: Promise<void>;
  /** Resolves with why it can't go on, which only children of its own can bring about. */
  readonly broken: Promise<LbError>;
  /** Passes a signal on to the proxies that are children. */
  signalChildren(signal: NodeJS.Signals): void;
  /** Whether a signal has a child serve the sockets it has, and end. */
  isGentleEnd(signal: NodeJS.Signals): boolean;
  /** Finishes the step at hand; a proxy that is no child goes on. Children are ended, `gently`: with their last socket. */
  stop(gently: boolean): Promise<void>;
}
