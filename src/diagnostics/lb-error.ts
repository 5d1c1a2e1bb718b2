import type { Diagnostic } from './diagnostic.ts';

/** Exit code of each outcome; README lists what they mean. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  invalid: 3,
  inventory: 4,
  render: 5,
  check: 6,
  apply: 7,
  drift: 10,
} as const;

/** Why a command could not do what it was asked to. */
export type Failure = Exclude<keyof typeof EXIT, 'ok' | 'internal'>;

interface Details {
  readonly hint?: string;
  readonly diagnostics?: readonly Diagnostic[];
  readonly cause?: unknown;
}

/** A failure the user can act on. Anything else that is thrown is a bug in meteor-lb. */
export class LbError extends Error {
  override readonly name = 'LbError';
  readonly failure: Failure;
  readonly hint: string | null;
  readonly diagnostics: readonly Diagnostic[];

  constructor(failure: Failure, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.failure = failure;
    this.hint = details.hint ?? null;
    this.diagnostics = details.diagnostics ?? [];
  }

  get exitCode(): number {
    return EXIT[this.failure];
  }
}
