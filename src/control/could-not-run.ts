/** Why a proxy's program could not be run, in words for users; `failed` is what the system said. */
export const couldNotRun = (binary: string, failed: string | null): string =>
  failed === 'ENOENT'
    ? `${binary} is not installed, or not where it was looked for`
    : `${binary} could not be run: ${failed ?? 'it was killed'}`;
