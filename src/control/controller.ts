import type { ProxyPlan } from '../plan/proxy-plan.ts';
import type { Version } from '../targets/version.ts';

/** How something that the proxy was asked to do ended. */
export type Outcome =
  | { readonly ok: true }
  /** `output` is what the proxy said, in its own words, or why nothing was heard of it. */
  | { readonly ok: false; readonly output: string };

/** What is known of the running proxy. */
export type Running =
  | {
      readonly state: 'running';
      /** The generation of the configuration that serves; null where it does not tell. */
      readonly generation: string | null;
    }
  | {
      readonly state: 'stopped';
      /** How that was found out. */
      readonly reason: string;
      /** What a person can do about it. */
      readonly hint: string;
    };

/** A worker of an earlier configuration that serves the sockets it has. */
export interface OldWorker {
  readonly pid: number;
}

/** What a controller is made for. */
export interface ControlSettings {
  /** The published file. */
  readonly file: string;
  readonly stateDir: string;
  readonly plan: ProxyPlan;
  /** The version that the configuration is written for. */
  readonly version: Version;
}

/**
 * Deals with the proxy of one target, as it was installed and started. Made anew for each run, since where its
 * sockets are is said by the description. Nothing here rejects for what the proxy does or fails to do.
 */
export interface Controller {
  /** Version of the installed binary; null where there is none, or it says nothing that can be read. */
  version(): Promise<Version | null>;
  /** Whether the proxy accepts a file as its configuration. */
  check(file: string): Promise<Outcome>;
  /** `serving`: what is believed to serve, where that is not what the controller was made for. */
  observe(serving?: ProxyPlan): Promise<Running>;
  /** Has the published file loaded, and waits until the generation, which is that of `serving`, is seen to serve. */
  reload(generation: string, serving?: ProxyPlan): Promise<Outcome>;
  /** null where servers can't be changed without a reload. */
  readonly servers: ServerControl | null;
  /** Workers that still serve sockets of earlier configurations. */
  oldWorkers(): Promise<readonly OldWorker[]>;
  /** How many processes the current configuration has: the unit in which old workers are counted. */
  readonly workersAtOnce: () => Promise<number>;
  /** Closes up to `count` sockets of an old worker, or all where the proxy can't do less; how many are left, null: not known. */
  closeSockets(worker: OldWorker, count: number): Promise<number | null>;
  /** Whether it can close sockets of a worker one by one. */
  readonly closesOneByOne: boolean;
  /** The signal that has the proxy take no new clients, serve the sockets it has, and end. */
  readonly gentleEnd: NodeJS.Signals;
  /** Runs the proxy in the foreground with the published file. */
  startCommand(): readonly string[];
}

/** Changes servers while the proxy runs. */
export interface ServerControl {
  /**
   * Whether the running servers are those of a plan; servers that wait for their last sessions don't count. null where
   * they can't be read.
   */
  inStep(plan: ProxyPlan): Promise<boolean | null>;
  /** Brings the running servers to those of a plan: reads what runs and does the difference, every answer checked. */
  bring(plan: ProxyPlan): Promise<Outcome>;
  /** Deletes servers that the plan has no more and that serve nobody; how many still do. */
  sweep(plan: ProxyPlan): Promise<number>;
}
