import type { Controller } from '../../control/controller.ts';
import { LbError } from '../../diagnostics/lb-error.ts';
import type { Child, System } from '../../platform/system.ts';
import type { OutputReport } from '../../reconcile/publish-output.ts';
import type { TargetName } from '../../targets/registry.ts';
import type { Log } from '../log/log.ts';
import { endGroup } from './end-group.ts';

/** Proxies that run as children of this process. */
export interface Children {
  /** Starts the proxies that do not run, and waits until they serve; whether there were any. */
  start(outputs: readonly OutputReport[]): Promise<boolean>;
  /** Passes a signal on to all of them. */
  signal(signal: NodeJS.Signals): void;
  /** Whether a signal has one of them serve the sockets it has, and end. */
  isGentleEnd(signal: NodeJS.Signals): boolean;
  /** Ends all of them: at once, or where `gently` says so when their last socket has ended. */
  end(gently: boolean): Promise<void>;
}

/** Time that a proxy has to serve. */
const START_MS = 15_000;
/** Time that a proxy has to end at once, before it is killed. */
const END_MS = 5_000;

interface Started {
  readonly gentleEnd: NodeJS.Signals;
  readonly pid: Child['pid'];
  /** Resolves when nothing is left of it. */
  readonly gone: Promise<void>;
}

/** `onEnd` is called when a child has ended that was not told to, and nothing is left of it. */
export const createChildren = (onEnd: (error: LbError) => void, system: System, log: Log): Children => {
  const children = new Map<TargetName, Started>();
  /** They were told to, or one ended by itself: none is started any more. */
  let ending = false;

  const signalOne = ({ pid }: Started, signal: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) system.kill(pid, signal);
    } catch {
      // it has ended meanwhile
    }
  };

  const endNow = async (started: Started): Promise<void> => {
    signalOne(started, 'SIGTERM');
    const patience = new AbortController();
    const late = system.sleep(END_MS, patience.signal).then(
      () => true,
      () => false,
    );
    if (await Promise.race([started.gone, late])) signalOne(started, 'SIGKILL');
    patience.abort();
    await started.gone;
  };

  const startOne = async (target: TargetName, controller: Controller): Promise<void> => {
    const command = controller.startCommand();
    const { pid, ended } = await system.start(command);
    let hasEnded = false;
    const gone = ended.then(async (how) => {
      hasEnded = true;
      if (pid !== undefined) await endGroup(pid, system);
      children.delete(target);
      if (ending) return;
      ending = true;
      const hint = `it was started as: ${command.join(' ')}`;
      onEnd(new LbError('apply', `${target} ended by itself: ${how}`, { hint }));
    });
    children.set(target, { gentleEnd: controller.gentleEnd, pid, gone });
    log.info(`${target}: started as process ${pid ?? '?'}: ${command.join(' ')}`);
    const deadline = system.now() + START_MS;
    while (!hasEnded && system.now() < deadline) {
      if ((await controller.observe()).state === 'running') return;
      await system.sleep(20);
    }
  };

  return {
    start: async (outputs) => {
      if (ending) return false;
      let count = 0;
      for (const { target, result, controller } of outputs) {
        if (result.outcome !== 'stopped' || controller === null || children.has(target)) continue;
        await startOne(target, controller);
        count++;
      }
      return count > 0;
    },
    signal: (signal) => {
      for (const started of children.values()) signalOne(started, signal);
    },
    isGentleEnd: (signal) => [...children.values()].some(({ gentleEnd }) => gentleEnd === signal),
    end: async (gently) => {
      ending = true;
      const all = [...children.values()];
      if (!gently) return void (await Promise.all(all.map(endNow)));
      for (const started of all) signalOne(started, started.gentleEnd);
      await Promise.all(all.map(({ gone }) => gone));
    },
  };
};
