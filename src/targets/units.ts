const TIME = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A span of time as both proxies read it: `2m`, `15s`, `200ms`. */
export const durationText = (ms: number): string => {
  const [unit, length] = TIME.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / length}${unit}`;
};

/** A size as nginx reads it, rounded up to whole kilobytes: `20m`, `512k`. */
export const sizeText = (bytes: number): string => {
  const kilobytes = Math.ceil(bytes / 1024);
  return kilobytes % 1024 === 0 ? `${kilobytes / 1024}m` : `${kilobytes}k`;
};
