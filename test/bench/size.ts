/** How much a benchmark does: the whole, or with METEOR_LB_BENCH=short so little that it is seen to run at all. */
export const size = (whole: number, short: number): number =>
  process.env.METEOR_LB_BENCH === 'short' ? short : whole;
