import { LbError } from '../diagnostics/lb-error.ts';
import type { Child, System } from '../platform/system.ts';
import type { OutputReport } from '../reconcile/publish-output.ts';
import type { TargetName } from '../targets/registry.ts';
import { endGroup } from './end-group.ts';
import type { Log } from './log.ts';

/** Proxies that run as children of this process. */
export interface Children {
  /** Starts the proxy of an output that has none, and waits until it serves. */
  start(output: OutputReport): Promise<void>;
  /** Passes a signal on to all of them. */
  signal(signal: NodeJS.Signals): void;
  /** Ends all of them: at once, or where `gently` says so when their last socket has ended. */
  end(gently: boolean): Promise<void>;
}

/** Time that a proxy has to serve. */
const START_MS = 15_000;
/** Time that a proxy has to end at once, before it is killed. */
const END_MS = 5_000;

/** Signals that have a proxy serve the sockets it has, take no others, and end. */
const GENTLY: Readonly<Record<TargetName, NodeJS.Signals>> = { nginx: 'SIGQUIT', haproxy: 'SIGUSR1' };

interface Started {
  readonly target: TargetName;
  readonly pid: Child['pid'];
  /** Resolves when nothing is left of it. */
  readonly gone: Promise<void>;
}

/** `onEnd` is called when a child has ended that was not told to, and nothing is left of it. */
export const createChildren = (onEnd: (error: LbError) => void, system: System, log: Log): Children => {
  const children = new Map<TargetName, Started>();
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

  return {
    start: async ({ target, controller }) => {
      if (controller === null || children.has(target)) return;
      const command = controller.startCommand();
      const { pid, ended } = await system.start(command);
      let hasEnded = false;
      const gone = ended.then(async (how) => {
        hasEnded = true;
        if (pid !== undefined) await endGroup(pid, system);
        children.delete(target);
        if (ending) return;
        const hint = `it was started as: ${command.join(' ')}`;
        onEnd(new LbError('apply', `${target} ended by itself: ${how}`, { hint }));
      });
      children.set(target, { target, pid, gone });
      log.info(`${target}: started as process ${pid ?? '?'}: ${command.join(' ')}`);
      const deadline = system.now() + START_MS;
      while (!hasEnded && system.now() < deadline) {
        if ((await controller.observe()).state === 'running') return;
        await system.sleep(20);
      }
    },
    signal: (signal) => {
      for (const started of children.values()) signalOne(started, signal);
    },
    end: async (gently) => {
      ending = true;
      const all = [...children.values()];
      if (!gently) return void (await Promise.all(all.map(endNow)));
      for (const started of all) signalOne(started, GENTLY[started.target]);
      await Promise.all(all.map(({ gone }) => gone));
    },
  };
};
