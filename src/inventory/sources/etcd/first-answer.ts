import type { System } from '../../../platform/system.ts';

/** Longer than a member that is well takes, save for very many keys. */
const HEAD_START_MS = 1000;

/**
 * The first of several answers to be had. One after another is asked, the next as soon as the last one has failed or was silent for a second;
 * when one has answered, the others are told to stop. Rejects with AggregateError, whose errors are in the order of `asks`, where all fail.
 */
export const firstAnswer = async <Answer>(
  asks: readonly ((signal: AbortSignal) => Promise<Answer>)[],
  system: Pick<System, 'sleep'>,
  outer: AbortSignal,
): Promise<Answer> => {
  const ending = new AbortController();
  const signal = AbortSignal.any([outer, ending.signal]);
  const asked: Promise<Answer>[] = [];
  try {
    for (const ask of asks) {
      const last = ask(signal);
      asked.push(last);
      const answered = Promise.any(asked).then((answer) => ({ answer }));
      const failed = last.then(
        () => answered,
        () => null,
      );
      const waited = system.sleep(HEAD_START_MS, signal).then(() => null);
      const first = await Promise.race([answered, failed, waited]).catch(() => null);
      if (first !== null) return first.answer;
    }
    return await Promise.any(asked);
  } finally {
    ending.abort();
  }
};
