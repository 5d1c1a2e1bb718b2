/** HAProxy reads 64 words of a line (MAX_LINE_ARGS in its include/haproxy/defaults.h); the line's own come first. */
const MOST_VALUES = 32;

/** Values for lines that say the same: an ACL of several lines is true where one of them is. */
export const inLines = (values: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(values.length / MOST_VALUES) }, (_, line) =>
    values.slice(line * MOST_VALUES, (line + 1) * MOST_VALUES),
  );
