/** Sessions that each server of an answer to `show stat` has, or has waiting, as `backend/server`; null where it is something else. */
export const parseSessionCounts = (answer: string): ReadonlyMap<string, number> | null => {
  const [head = '', ...lines] = answer.split('\n').filter((line) => line.trim() !== '');
  if (!head.startsWith('# pxname,svname,')) return null;
  const columns = head.slice(2).split(',');
  const [current, queued] = ['scur', 'qcur'].map((name) => columns.indexOf(name));
  if (current === undefined || queued === undefined || current < 0 || queued < 0) return null;
  return new Map(
    lines.map((line) => {
      const values = line.split(','); // those before any that may hold a comma
      return [`${values[0]}/${values[1]}`, Number(values[current]) + Number(values[queued])];
    }),
  );
};
