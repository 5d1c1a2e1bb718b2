/** A version as numbers, `[1, 29, 6]`; missing parts count as 0. */
export type Version = readonly number[];

/** Whether a version is a given one or a later one. */
export const isAtLeast = (version: Version, floor: Version): boolean => {
  for (let part = 0; part < Math.max(version.length, floor.length); part++) {
    const difference = (version[part] ?? 0) - (floor[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
};

/** `1.29.6` */
export const versionText = (version: Version): string => version.join('.');
