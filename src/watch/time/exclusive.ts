/** Runs tasks one after another, in the order they were given; one that fails does not keep the next from running. */
export const createExclusive = (): (<Value>(task: () => Promise<Value>) => Promise<Value>) => {
  let queue: Promise<unknown> = Promise.resolve();
  return (task) => {
    const done = queue.then(task);
    queue = done.catch(() => {});
    return done;
  };
};
