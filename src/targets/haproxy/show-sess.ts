/**
 * The sessions of an answer to `show sess` that reach a server, by what `shutdown session` calls them; null where it is
 * something else. So no session of the command line itself, which reaches none.
 */
export const parseShowSess = (answer: string): readonly string[] | null => {
  const lines = answer.split('\n').filter((line) => line.trim() !== '');
  const sessions = lines.map((line) => /^(0x[0-9a-f]+): proto=.* fe=(\S+) be=\S+ srv=(\S+) /.exec(line));
  // The session that asks is always there.
  if (lines.length === 0 || sessions.includes(null)) return null;
  return sessions.flatMap((session) => {
    const [, id, frontend, server] = session ?? [];
    return id === undefined || frontend === 'GLOBAL' || server === '<none>' ? [] : [id];
  });
};
