import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSettler, type Settler } from '../../../src/watch/time/settle.ts';
import { fakeClock } from '../fake-clock.ts';

interface Run {
  readonly from: number;
  readonly to: number;
}

/** A settler whose runs take some time, with what it did. */
const settling = (runMs: (index: number) => number, settleMs = 200, ceilingMs = 2000) => {
  const clock = fakeClock();
  const runs: Run[] = [];
  const errors: unknown[] = [];
  let started = 0;
  let running = 0;
  let most = 0;
  const settler: Settler = createSettler(
    { settleMs, ceilingMs, onError: (error) => errors.push(error) },
    async () => {
      const from = clock.now();
      running += 1;
      most = Math.max(most, running);
      started += 1;
      await clock.sleep(runMs(started - 1));
      running -= 1;
      runs.push({ from, to: clock.now() });
    },
    clock,
  );
  return {
    clock,
    settler,
    runs,
    errors,
    started: () => started,
    starts: () => runs.map(({ from }) => from),
    most: () => most,
  };
};

describe('a settler', () => {
  test('runs at once for the first change after quiet', async () => {
    const { clock, settler, starts } = settling(() => 10);
    settler.notify();
    await clock.pass(1000);
    settler.notify();
    await clock.pass(1000);
    expect(starts()).toEqual([0, 1000]);
  });

  test('makes one run of the changes that come while one goes on', async () => {
    const { clock, settler, starts } = settling(() => 500);
    settler.notify();
    for (let change = 0; change < 4; change += 1) {
      await clock.pass(100);
      settler.notify();
    }
    await clock.pass(5000);
    expect(starts()).toEqual([0, 600]);
  });

  test('runs again right after a run, when it has been quiet since a change during that run', async () => {
    const { clock, settler, starts } = settling(() => 500);
    settler.notify();
    await clock.pass(100);
    settler.notify();
    await clock.pass(5000);
    expect(starts()).toEqual([0, 500]);
  });

  test('gathers a change soon after the end of a run', async () => {
    const { clock, settler, starts } = settling(() => 500);
    settler.notify();
    await clock.pass(600);
    settler.notify();
    await clock.pass(5000);
    expect(starts()).toEqual([0, 800]);
  });

  test('waits no longer than the ceiling for quiet', async () => {
    const { clock, settler, starts } = settling(() => 10);
    for (let change = 0; change < 50; change += 1) {
      settler.notify();
      await clock.pass(100);
    }
    expect(starts().slice(0, 3)).toEqual([0, 2100, 4100]);
  });

  test('tells of a run that rejects or throws, and goes on', async () => {
    const clock = fakeClock();
    const errors: unknown[] = [];
    const outcomes: (() => Promise<void>)[] = [
      () => Promise.reject(new Error('rejects')),
      () => {
        throw new Error('throws');
      },
      () => Promise.resolve(),
    ];
    let runs = 0;
    const options = { settleMs: 200, ceilingMs: 2000, onError: (error: unknown) => errors.push(error) };
    const settler = createSettler(options, () => (outcomes[runs++] ?? (() => Promise.resolve()))(), clock);
    for (let change = 0; change < 3; change += 1) {
      settler.notify();
      await clock.pass(1000);
    }
    expect(errors).toEqual([new Error('rejects'), new Error('throws')]);
    expect(runs).toBe(3);
  });

  test('runs again for a change that the run itself tells of, in the turn that it starts', async () => {
    const clock = fakeClock();
    const starts: number[] = [];
    const settler = createSettler(
      { settleMs: 200, ceilingMs: 2000, onError: () => {} },
      async () => {
        starts.push(clock.now());
        if (starts.length === 1) settler.notify();
      },
      clock,
    );
    settler.notify();
    await clock.pass(5000);
    expect(starts).toEqual([0, 200]);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('loses no change that comes %i turns after a run', async (turns) => {
    const clock = fakeClock();
    let runs = 0;
    const later = async (): Promise<void> => {
      for (let turn = 0; turn < turns; turn += 1) await null;
      settler.notify();
    };
    const settler = createSettler(
      { settleMs: 200, ceilingMs: 2000, onError: () => {} },
      () => {
        runs += 1;
        if (runs === 1) void later();
        return Promise.resolve();
      },
      clock,
    );
    settler.notify();
    await clock.pass(5000);
    expect(runs).toBe(2);
  });

  test('stops: waits for the run at hand, drops what is due, ignores what comes', async () => {
    const { clock, settler, runs } = settling(() => 500);
    settler.notify();
    await clock.pass(100);
    settler.notify();
    let stopped = false;
    const stop = settler.stop().then(() => {
      stopped = true;
    });
    await clock.pass(300);
    expect(stopped).toBe(false);
    await clock.pass(100);
    await stop;
    settler.notify();
    await clock.pass(5000);
    expect(runs).toEqual([{ from: 0, to: 500 }]);
  });

  test('stops at once while it gathers', async () => {
    const { clock, settler, starts } = settling(() => 10);
    settler.notify();
    await clock.pass(50);
    settler.notify();
    await settler.stop();
    await clock.pass(5000);
    expect(starts()).toEqual([0]);
  });

  test('is idle when nothing is due', async () => {
    const { clock, settler, starts } = settling(() => 10);
    await settler.idle();
    settler.notify();
    settler.notify();
    let idle = false;
    const waiting = settler.idle().then(() => {
      idle = true;
    });
    await clock.pass(100);
    settler.notify();
    await clock.pass(100);
    expect(idle).toBe(false);
    await clock.pass(1000);
    await waiting;
    expect(starts()).toEqual([0, 300]);
  });

  test('follows each change with a run that starts after it, within the ceiling and the time of a run', async () => {
    const changes = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 30 });
    const runTimes = fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 10 });
    const property = fc.asyncProperty(changes, runTimes, async (pauses, times) => {
      const ceilingMs = 600;
      const timeOf = (index: number) => times[index % times.length] ?? 0;
      const { clock, settler, runs, started, most } = settling(timeOf, 200, ceilingMs);
      const told: { readonly at: number; readonly runsBefore: number }[] = [];
      for (const pause of pauses) {
        await clock.pass(pause);
        told.push({ at: clock.now(), runsBefore: started() });
        settler.notify();
      }
      await clock.pass(60_000);
      expect(most()).toBe(1);
      for (const { at, runsBefore } of told) {
        const restOfRun = Math.max(0, (runs[runsBefore - 1]?.to ?? 0) - at);
        expect(runs[runsBefore]?.from).toBeLessThanOrEqual(at + Math.max(ceilingMs, restOfRun));
      }
      expect(runs.length).toBeLessThanOrEqual(told.length);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
