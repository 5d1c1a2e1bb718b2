const TOGETHER_MS = 700;

/** Tells in one sentence about sessions that lose their node at the same time. */
export function createMoves(journal) {
  let moves = [];

  const tell = () => {
    for (const from of new Set(moves.map((move) => move.from))) {
      const all = moves.filter((move) => move.from === from);
      const gap = Math.max(...all.map(({ gapMs }) => gapMs));
      const where = [...new Set(all.map(({ to }) => to))]
        .sort()
        .map((to) => `${all.filter((move) => move.to === to).length} on ${to}`);
      const sessions = all.length === 1 ? '1 session' : `${all.length} sessions`;
      journal.add(`${sessions} lost on ${from}, open again after at most ${gap} ms: ${where.join(', ')}`);
    }
    moves = [];
  };
  return {
    add: (move) => {
      moves.push(move);
      if (moves.length === 1) setTimeout(tell, TOGETHER_MS);
    },
  };
}
