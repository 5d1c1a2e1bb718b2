import { LbError } from '../diagnostics/lb-error.ts';
import type { Child, System } from '../platform/system.ts';
import type { OutputReport } from '../reconcile/publish-output.ts';
import type { Log } from './log.ts';

/** Proxies that run as children of this process. */
export interface Children {
  /** Starts the proxy of an output that has none, and waits until it serves. */
  start(output: OutputReport): Promise<void>;
  /** Passes a signal on to all of them. */
  signal(signal: NodeJS.Signals): void;
  /** Passes a signal on and waits until all have ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Time that a proxy has to serve. */
const START_MS = 15_000;

/** `onEnd` is called when a child ends that was not told to. */
export const createChildren = (onEnd: (error: LbError) => void, system: System, log: Log): Children => {
  const children = new Map<string, Child>();
  let ending = false;
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const { pid } of children.values()) {
      try {
        if (pid !== undefined) system.kill(pid, signal);
      } catch {
        // it has ended meanwhile
      }
    }
  };
  return {
    start: async ({ target, controller }) => {
      if (controller === null || children.has(target)) return;
      const command = controller.startCommand();
      const child = await system.start(command);
      children.set(target, child);
      let ended: string | null = null;
      void child.ended.then((how) => {
        ended = how;
        children.delete(target);
        if (!ending) {
          onEnd(
            new LbError('apply', `${target} ended by itself: ${how}`, {
              hint: `it was started as: ${command.join(' ')}`,
            }),
          );
        }
      });
      log.info(`${target}: started as process ${child.pid ?? '?'}: ${command.join(' ')}`);
      const deadline = system.now() + START_MS;
      while (ended === null && system.now() < deadline) {
        if ((await controller.observe()).state === 'running') return;
        await system.sleep(20);
      }
    },
    signal: signalAll,
    end: async (signal) => {
      ending = true;
      const all = [...children.values()];
      signalAll(signal);
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
};
