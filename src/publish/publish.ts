import type { Controller, Outcome } from '../control/controller.ts';
import type { Change, RuntimeRule, ServerUpdate } from '../plan/change.ts';
import type { System } from '../platform/system.ts';
import type { Configuration } from '../render/render.ts';
import { bringMeanwhile } from './bring-meanwhile.ts';
import { checkStaged } from './check-staged.ts';
import { decide } from './decide.ts';
import { readLive } from './read-live.ts';
import { replaceConfiguration } from './replace-configuration.ts';
import { note, recall, recallLast, remember, type StateFiles } from './state-files.ts';
import { takenListeners } from './taken-listeners.ts';

/** A configuration to publish. */
export interface Publication {
  readonly wanted: Configuration;
  /** The file that the proxy reads. */
  readonly file: string;
  readonly state: StateFiles;
  readonly controller: Controller;
  readonly runtime: RuntimeRule | null;
  /** Whether the running proxy is brought in step, too; otherwise the file alone is kept. */
  readonly reload: boolean;
  /** Hears where the text of a file was kept that meteor-lb did not write. */
  readonly onKept: (copy: string) => void;
  /** How many sets of old workers there may be; a reload makes one more. */
  readonly oldWorkers: number;
  /** Milliseconds until a reload may be done, so that several balancers don't reload at one moment; asked where one is due. */
  readonly reloadWaitMs?: (() => number) | undefined;
}

/** How publishing ended. Whatever it is, the file is one that the proxy accepts. */
export type Result =
  | { readonly outcome: 'none' }
  /** The file was written, and the running proxy needed nothing or was not to be touched. */
  | { readonly outcome: 'written' }
  | { readonly outcome: 'servers'; readonly updates: readonly ServerUpdate[] }
  | { readonly outcome: 'reload'; readonly reasons: readonly string[] }
  /** A reload waits until there are fewer old workers. */
  | (Waiting & { readonly outcome: 'waiting'; readonly oldWorkers: number })
  /** A reload waits for its moment, so that several balancers don't reload at one. */
  | (Waiting & { readonly outcome: 'splayed'; readonly againInMs: number })
  /** The file is published, but no proxy runs that could take it. */
  | { readonly outcome: 'stopped'; readonly reason: string; readonly hint: string }
  /** Nothing was touched. */
  | { readonly outcome: 'refused'; readonly by: RefusedBy; readonly output: string }
  /** The proxy did not take it: the last good file is back. */
  | { readonly outcome: 'restored'; readonly output: string; readonly serving: Outcome };

/** A reload that waits, and with it the file. */
interface Waiting {
  readonly reasons: readonly string[];
  /** What the running proxy has got without it. */
  readonly meanwhile: readonly ServerUpdate[];
}

/** The proxy's own check; or it could not be asked; or another process listens where the configuration wants to. */
export type RefusedBy = 'check' | 'nobody' | 'port';

/**
 * Publishes a configuration: stage, check, swap, apply, prove; or restore. A crash at any instant leaves the old or the
 * new file, whole and accepted by the proxy, and doing it again converges. Rejects with the system's errors alone,
 * such as a full disk, and then the file is the old one.
 */
export const publish = async (order: Publication, system: System): Promise<Result> => {
  const { wanted, file, state, controller } = order;
  const live = await readLive(file, system);
  const isNew = live !== wanted.text;
  if (!order.reload) {
    if (!isNew) return { outcome: 'none' };
    const refused = await refuseUnchecked(order, system);
    if (refused !== null) return refused;
    await swap(order, system);
    return { outcome: 'written' };
  }

  const published = await recall(state, file, live, system);
  // A run that did not come to its end may have written the file; what was published before it serves.
  const running = await controller.observe((published ?? (await recallLast(state, file, system)))?.plan);
  const change: Change | null =
    running.state === 'stopped'
      ? null
      : decide(
          {
            wanted: { plan: normal(wanted.plan), generation: wanted.generation },
            published,
            running: running.generation,
            inStep: await inStep(order, running.generation),
          },
          order.runtime,
        );
  if (isNew) {
    const refused = await refuseUnchecked(order, system);
    if (refused !== null) return refused;
  }
  if (change?.kind === 'reload' && running.state !== 'stopped') {
    const { reasons } = change;
    const serves = running.generation === published?.generation ? published : null;
    const meanwhile = () =>
      bringMeanwhile({ ...order, wanted: { plan: normal(wanted.plan) } }, serves?.plan ?? null);
    const againInMs = order.reloadWaitMs?.() ?? 0;
    if (againInMs > 0) return { outcome: 'splayed', reasons, againInMs, meanwhile: await meanwhile() };
    const oldWorkers = await countOldWorkers(controller);
    if (oldWorkers >= order.oldWorkers)
      return { outcome: 'waiting', reasons, oldWorkers, meanwhile: await meanwhile() };
  }
  if (change?.kind === 'reload') {
    const taken = await takenListeners(published?.plan ?? null, wanted.plan, system);
    if (taken.length > 0) return refuse(order, 'port', taken.join('\n'), system);
  }
  if (isNew) await swap(order, system);
  if (running.state === 'stopped') {
    // Who is started now reads this file; whether it serves then is not proven.
    if (published === null || isNew) await note(state, file, wanted, system);
    return { outcome: 'stopped', reason: running.reason, hint: running.hint };
  }
  if (change === null || change.kind === 'none') {
    if (published === null || isNew) await remember(state, file, wanted, system);
    return { outcome: isNew ? 'written' : 'none' };
  }
  const isServed = published !== null && running.generation === published.generation;
  const good = isServed ? live : ((await readLive(state.good, system)) ?? live);
  return apply(order, change, good, system);
};

const apply = async (
  order: Publication,
  change: Exclude<Change, { kind: 'none' }>,
  /** What to go back to; null where there was nothing. */
  good: string | null,
  system: System,
): Promise<Result> => {
  const { wanted, file, state, controller } = order;
  let reasons: readonly string[];
  if (change.kind === 'servers' && controller.servers !== null) {
    const brought = await controller.servers.bring(wanted.plan);
    if (brought.ok) {
      await remember(state, file, wanted, system);
      return { outcome: 'servers', updates: change.updates };
    }
    reasons = [brought.output];
    const old = await countOldWorkers(controller);
    if (old >= order.oldWorkers) return { outcome: 'waiting', reasons, oldWorkers: old, meanwhile: [] };
  } else {
    reasons = change.kind === 'reload' ? change.reasons : [];
  }
  const reloaded = await controller.reload(wanted.generation);
  if (reloaded.ok) {
    await remember(state, file, wanted, system);
    return { outcome: 'reload', reasons };
  }
  const serving = await restore(order, good, system);
  await keepRefused(order, system);
  return { outcome: 'restored', output: reloaded.output, serving };
};

const swap = async ({ file, wanted, onKept }: Publication, system: System): Promise<void> => {
  const copy = await replaceConfiguration(file, wanted.text, system);
  if (copy !== null) onKept(copy);
};

/** Puts the last good file back and sees to it that the proxy serves it. */
const restore = async (order: Publication, good: string | null, system: System): Promise<Outcome> => {
  const { file, state, controller } = order;
  if (good === null) return { ok: false, output: `there is no earlier configuration to go back to` };
  await system.replaceFile(file, good);
  const published = await recall(state, file, good, system);
  // It is not ours, so that nothing tells whether it serves. A reload that was refused changed nothing.
  if (published === null) return { ok: true };
  const { plan, generation } = published;
  const running = await controller.observe(plan);
  if (running.state === 'running' && running.generation === generation) return { ok: true };
  return controller.reload(generation, plan);
};

/** Refuses what the proxy does not accept; null where it does. */
const refuseUnchecked = async (order: Publication, system: System): Promise<Result | null> => {
  const checked = await checkStaged(order, system);
  if (checked.ok) return null;
  // A binary that can't even tell its version has checked nothing.
  const by = (await order.controller.version()) === null ? 'nobody' : 'check';
  return refuse(order, by, checked.output, system);
};

const refuse = async (order: Publication, by: RefusedBy, output: string, system: System): Promise<Result> => {
  await keepRefused(order, system);
  return { outcome: 'refused', by, output };
};

/** For the person who looks; a full disk must not hide why it was refused. */
const keepRefused = async ({ state, wanted }: Publication, system: System): Promise<void> => {
  await system.replaceFile(state.refused, wanted.text).catch(() => {});
};

const inStep = async (
  { wanted, controller }: Publication,
  generation: string | null,
): Promise<boolean | null> => {
  if (controller.servers === null || generation !== wanted.generation) return null;
  return controller.servers.inStep(wanted.plan);
};

/** In sets as large as the configuration that serves now has: one process for HAProxy, one for each core for nginx. */
const countOldWorkers = async (controller: Controller): Promise<number> => {
  const old = (await controller.oldWorkers()).length;
  return old === 0 ? 0 : Math.ceil(old / (await controller.workersAtOnce()));
};

/** A plan as it comes back from a file: without keys that hold nothing. */
const normal = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
